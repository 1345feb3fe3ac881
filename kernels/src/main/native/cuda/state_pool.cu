#include "state_pool.h"

#include <algorithm>

namespace hstu {
namespace {

static_assert(sizeof(AppendUser) == sizeof(hstu_append) && offsetof(AppendUser, first_page) == offsetof(hstu_append, first_page),
              "the kernel reads what the caller lays down");
static_assert(kPageRows == HSTU_PAGE_ROWS, "callers count pages by it");

int pages_within(const Model &model, int64_t bytes) {
  const Shape &shape = model.shape;
  if (model.precision != Precision::kBfloat16) {
    refuse(HSTU_INVALID, "precision=%d of the model must be %d: states are kept in bfloat16", static_cast<int>(model.precision),
           HSTU_BFLOAT16);
  }
  const int64_t page_bytes = static_cast<int64_t>(StatePages::page_bytes(shape.hidden, shape.blocks));
  const int64_t least = pages_of(shape.max_events) * page_bytes;
  if (bytes < least) {
    refuse(HSTU_INVALID, "bytes=%lld of kept states must be at least %lld, one user of %d events",
           static_cast<long long>(bytes), static_cast<long long>(least), shape.max_events);
  }
  return static_cast<int>(std::min<int64_t>(bytes / page_bytes, HSTU_MAX_PAGES));
}

size_t table_offset(int max_users) { return max_users * sizeof(hstu_append); }

}  // namespace

StatePool::StatePool(const Model &model, int64_t bytes, int max_users)
    : model_(model),
      max_users_(max_users),
      page_count_(pages_within(model, bytes)),
      memory_(page_count_ * StatePages::page_bytes(model.shape.hidden, model.shape.blocks)),
      calls_(table_offset(max_users) + sizeof(int) * max_users * pages_of(model.shape.max_events)),
      device_calls_(calls_.bytes()),
      embeddings_(static_cast<size_t>(max_users) * model.shape.dim),
      device_embeddings_(static_cast<size_t>(max_users) * model.shape.dim) {
  HSTU_REQUIRE(rows_plan(model.shape, RowsWork::kAppend, &plan_));
  workspace_ = DeviceBuffer<char>(plan_.workspace_bytes * max_users);
  for (int block = 0; block < model.shape.blocks; block++) {
    const Biases &biases = model.biases[block];
    weights_.push_back(BlockWeights{model.bfloat16[block].projection.data(), model.bfloat16[block].output.data(),
                                    biases.output.data(), biases.position.data(), biases.time.data()});
  }
  HSTU_REQUIRE(cudaDeviceSynchronize());  // the buffers are zeroed on another stream
}

StatePool::~StatePool() { cudaStreamSynchronize(stream_.get()); }

hstu_states_buffers StatePool::buffers() const {
  hstu_states_buffers buffers;
  buffers.appends = reinterpret_cast<hstu_append *>(calls_.data());
  buffers.page_table = reinterpret_cast<int32_t *>(calls_.data() + table_offset(max_users_));
  buffers.embeddings = embeddings_.data();
  buffers.max_users = max_users_;
  buffers.max_table = max_users_ * pages_of(model_.shape.max_events);
  buffers.pages = page_count_;
  return buffers;
}

StatePages StatePool::pages() const { return StatePages{memory_.data(), model_.shape.hidden, model_.shape.blocks}; }

void StatePool::require_pages(const int *page_table, int entries) const {
  for (int i = 0; i < entries; i++) {
    if (page_table[i] < 0 || page_table[i] >= page_count_) {
      refuse(HSTU_INVALID, "page_table[%d]=%d must be within 0..%d, the pool's", i, page_table[i], page_count_ - 1);
    }
  }
}

// Entries of the page table that the users need.
int StatePool::require_appends(int users) const {
  const hstu_states_buffers input = buffers();
  const Shape &shape = model_.shape;
  if (users < 1 || users > max_users_) refuse(HSTU_INVALID, "users=%d must be within 1..%d", users, max_users_);
  int64_t entries = 0;
  for (int user = 0; user < users; user++) {
    const hstu_append &given = input.appends[user];
    if (given.length < 1 || given.length > shape.max_events) {
      refuse(HSTU_INVALID, "length=%d of user %d must be within 1..%d", given.length, user, shape.max_events);
    }
    if (given.rows < 1 || given.rows > 2 || given.rows > given.length) {
      refuse(HSTU_INVALID, "rows=%d of user %d must be 1, or 2 of at least two events", given.rows, user);
    }
    for (int i = 2 - given.rows; i < 2; i++) {
      if (given.items[i] < 1 || given.items[i] > shape.items) {
        refuse(HSTU_INVALID, "item row %d of user %d must be within 1..%d", given.items[i], user, shape.items);
      }
    }
    const int64_t end = static_cast<int64_t>(given.first_page) + pages_of(given.length);
    if (given.first_page < 0 || end > input.max_table) {
      refuse(HSTU_INVALID, "first_page=%d of user %d must be within 0..%d", given.first_page, user, input.max_table - 1);
    }
    entries = std::max(entries, end);
  }
  require_pages(input.page_table, static_cast<int>(entries));
  return static_cast<int>(entries);
}

void StatePool::append(int users) {
  const int entries = require_appends(users);
  const size_t table = table_offset(max_users_);
  HSTU_REQUIRE(cudaMemcpyAsync(device_calls_.data(), calls_.data(), table + entries * sizeof(int), cudaMemcpyHostToDevice,
                               stream_.get()));
  AppendArgs args;
  args.shape = model_.shape;
  args.plan = plan_;
  args.pages = pages();
  args.users = users;
  args.appended = reinterpret_cast<const AppendUser *>(device_calls_.data());
  args.page_table = reinterpret_cast<const int *>(device_calls_.data() + table);
  args.items = model_.items_bfloat16.data();
  args.positions = model_.positions.data();
  args.weights = weights_.data();
  args.workspace = workspace_.data();
  args.embeddings = device_embeddings_.data();
  HSTU_REQUIRE(hstu::append(args, stream_.get()));
  const size_t bytes = static_cast<size_t>(users) * model_.shape.dim * sizeof(float);
  HSTU_REQUIRE(
      cudaMemcpyAsync(embeddings_.data(), device_embeddings_.data(), bytes, cudaMemcpyDeviceToHost, stream_.get()));
  HSTU_REQUIRE(cudaStreamSynchronize(stream_.get()));
}

}  // namespace hstu
