#include "lane.h"

#include <algorithm>

#include "attention.cuh"
#include "state_pool.h"

namespace hstu {
namespace {

// Batches up to here are replayed from graphs: beyond, the GPU is busy for longer than launches take.
constexpr int kMostGraphTokens = 4096;
// A graph's launches have one form whatever the batch, the one for little work.
constexpr TileForm kGraphForm{128, 1};
// Classes are powers of two: at most twice the blocks that are needed start, and those leave at once.
constexpr int kLeastGraphTokens = 128;

int power_of_two_from(int value, int least) {
  int power = least;
  while (power < value) power *= 2;
  return power;
}

// The class of a batch. A single user, the usual request, has one of its own.
BatchCapacity size_class(const BatchCapacity &counts, const BatchCapacity &most) {
  return BatchCapacity{std::min(counts.users == 1 ? 1 : power_of_two_from(counts.users, 8), most.users),
                       std::min(power_of_two_from(counts.tokens, kLeastGraphTokens), most.tokens)};
}

// A class's layout is larger than its batches need: packed memory has room for the largest of either kind.
size_t packed_bytes(const BatchCapacity &capacity) {
  const BatchCapacity largest_class =
      size_class(BatchCapacity{capacity.users, std::min(capacity.tokens, kMostGraphTokens)}, capacity);
  return std::max(BatchLayout(capacity).bytes, BatchLayout(largest_class).bytes);
}

std::unique_ptr<ForwardPass> forward_pass(const Model &model, const BatchCapacity &capacity) {
  return model.precision == Precision::kFloat32 ? float32_pass(model, capacity) : bfloat16_pass(model, capacity);
}

}  // namespace

Lane::Lane(const Model &model, int max_tokens, int max_users)
    : model_(model),
      capacity_{max_users, max_tokens},
      offsets_(max_users + 1),
      items_(max_tokens),
      times_(max_tokens),
      request_times_(max_users),
      embeddings_(static_cast<size_t>(max_users) * model.shape.dim),
      packed_(packed_bytes(capacity_)),
      batch_(packed_.bytes()),
      device_embeddings_(static_cast<size_t>(max_users) * model.shape.dim),
      pass_(forward_pass(model, capacity_)) {
  HSTU_REQUIRE(cudaDeviceSynchronize());  // the buffers are zeroed on another stream
}

// What is in flight still reads the memory that goes.
Lane::~Lane() { cudaStreamSynchronize(stream_.get()); }

hstu_lane_buffers Lane::buffers() const {
  hstu_lane_buffers buffers;
  buffers.offsets = offsets_.data();
  buffers.items = items_.data();
  buffers.times = times_.data();
  buffers.request_times = request_times_.data();
  buffers.embeddings = embeddings_.data();
  buffers.max_tokens = capacity_.tokens;
  buffers.max_users = capacity_.users;
  return buffers;
}

TileForm Lane::form_of(const BatchCapacity &counts) const {
  return tile_form(model_.shape, offsets_.data(), counts.users);
}

void Lane::pack(const BatchCapacity &counts, const TileForm &form, const BatchLayout &layout) {
  pack_batch(buffers(), counts, model_.shape, form.rows, layout, packed_.data());
}

void Lane::send(const BatchLayout &layout) {
  HSTU_REQUIRE(cudaMemcpyAsync(batch_.data(), packed_.data(), layout.bytes, cudaMemcpyHostToDevice, stream_.get()));
}

void Lane::enqueue(const BatchLayout &layout, const BatchCapacity &grid, const TileForm &form) {
  send(layout);
  const BatchArrays batch = layout.at(batch_.data());
  pass_->embed(batch, grid, stream_.get());
  for (int block = 0; block < model_.shape.blocks - 1; block++) pass_->block(block, batch, grid, form, stream_.get());
  pass_->last_block(batch, grid, device_embeddings_.data(), stream_.get());
  download(grid.users);
}

void Lane::download(int users) {
  const size_t bytes = static_cast<size_t>(users) * model_.shape.dim * sizeof(float);
  HSTU_REQUIRE(
      cudaMemcpyAsync(embeddings_.data(), device_embeddings_.data(), bytes, cudaMemcpyDeviceToHost, stream_.get()));
}

KeptPages Lane::send_pages(int users, const StatePool &states, const int *first_pages, const int *page_table,
                           int entries) {
  if (&states.model() != &model_) refuse(HSTU_INVALID, "the states are of another model than the lane");
  const int most_entries = capacity_.tokens / kPageRows + capacity_.users;
  if (entries < 0 || entries > most_entries) {
    refuse(HSTU_INVALID, "entries=%d of the page table must be within 0..%d", entries, most_entries);
  }
  states.require_pages(page_table, entries);
  for (int user = 0; user < users; user++) {
    const int64_t end = first_pages[user] + static_cast<int64_t>(pages_of(offsets_.data()[user + 1] - offsets_.data()[user]));
    if (first_pages[user] < -1 || (first_pages[user] >= 0 && end > entries)) {
      refuse(HSTU_INVALID, "first_pages[%d]=%d must be -1 or have all its pages within %d entries", user,
             first_pages[user], entries);
    }
  }
  if (page_lists_.data() == nullptr) {
    page_lists_ = PinnedBuffer<int>(capacity_.users + most_entries);
    device_page_lists_ = DeviceBuffer<int>(capacity_.users + most_entries);
    HSTU_REQUIRE(cudaDeviceSynchronize());  // as in the constructor
  }
  std::copy(first_pages, first_pages + users, page_lists_.data());
  std::copy(page_table, page_table + entries, page_lists_.data() + users);
  HSTU_REQUIRE(cudaMemcpyAsync(device_page_lists_.data(), page_lists_.data(), (users + entries) * sizeof(int),
                               cudaMemcpyHostToDevice, stream_.get()));
  return KeptPages{states.pages(), device_page_lists_.data(), device_page_lists_.data() + users};
}

void Lane::encode_keeping(int users, const StatePool &states, const int *first_pages, const int *page_table,
                          int entries) {
  encode_wait();
  const BatchCapacity counts = count_batch(buffers(), users, model_.shape);
  const KeptPages kept = send_pages(users, states, first_pages, page_table, entries);
  const BatchLayout layout(counts);
  const TileForm form = form_of(counts);
  pack(counts, form, layout);
  send(layout);
  const BatchArrays batch = layout.at(batch_.data());
  const int last = model_.shape.blocks - 1;
  pass_->embed(batch, counts, stream_.get());
  for (int block = 0; block < last; block++) {
    pass_->block(block, batch, counts, form, stream_.get());
    pass_->keep(block, kept, batch, counts, stream_.get());
  }
  pass_->last_block(batch, counts, device_embeddings_.data(), stream_.get());
  pass_->keep(last, kept, batch, counts, stream_.get());
  download(users);
  encode_wait();
}

void Lane::encode_start(int users) {
  encode_wait();  // one batch at a time: its packed form is still being read
  const BatchCapacity counts = count_batch(buffers(), users, model_.shape);
  if (!pass_->recordable() || counts.tokens > kMostGraphTokens) {
    const BatchLayout layout(counts);
    const TileForm form = form_of(counts);
    pack(counts, form, layout);
    enqueue(layout, counts, form);
    return;
  }
  const BatchCapacity grid = size_class(counts, capacity_);
  const BatchLayout layout(grid);
  pack(counts, kGraphForm, layout);
  SizeClass &size = classes_[{grid.users, grid.tokens}];
  if (size.graph.recorded()) {
    size.graph.launch(stream_.get());
  } else if (size.warm) {
    size.graph.record(stream_.get(), [&] { enqueue(layout, grid, kGraphForm); });
    size.graph.launch(stream_.get());
  } else {
    enqueue(layout, grid, kGraphForm);
    size.warm = true;
  }
}

void Lane::encode_wait() { HSTU_REQUIRE(cudaStreamSynchronize(stream_.get())); }

void Lane::trace(int users, float *streams, float *rows) {
  encode_wait();
  const Shape &shape = model_.shape;
  const BatchCapacity counts = count_batch(buffers(), users, shape);
  const BatchLayout layout(counts);
  const size_t values = static_cast<size_t>(counts.tokens) * shape.dim;
  const size_t row_bytes = shape.dim * sizeof(float);
  const size_t stride_bytes = pass_->residual_stride() * sizeof(float);
  DeviceBuffer<float> normalised(values);
  HSTU_REQUIRE(cudaDeviceSynchronize());  // as in the constructor
  const TileForm form = form_of(counts);
  pack(counts, form, layout);
  send(layout);
  const BatchArrays batch = layout.at(batch_.data());
  pass_->embed(batch, counts, stream_.get());
  for (int block = 0; block < shape.blocks; block++) {
    pass_->block(block, batch, counts, form, stream_.get());
    HSTU_REQUIRE(cudaMemcpy2DAsync(streams + block * values, row_bytes, pass_->residual(), stride_bytes, row_bytes,
                                   counts.tokens, cudaMemcpyDeviceToHost, stream_.get()));
  }
  normalise_rows(pass_->residual(), pass_->residual_stride(), shape.dim, nullptr, counts.tokens, normalised.data(),
                 stream_.get());
  HSTU_REQUIRE(cudaMemcpyAsync(rows, normalised.data(), values * sizeof(float), cudaMemcpyDeviceToHost, stream_.get()));
  encode_wait();
}

}  // namespace hstu
