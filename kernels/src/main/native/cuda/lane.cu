#include "lane.h"

namespace hstu {

Lane::Lane(const Model &model, int max_tokens, int max_users)
    : model_(model),
      capacity_{max_users, max_tokens},
      offsets_(max_users + 1),
      items_(max_tokens),
      times_(max_tokens),
      request_times_(max_users),
      embeddings_(static_cast<size_t>(max_users) * model.shape.dim),
      packed_(BatchLayout(capacity_).bytes),
      batch_(packed_.bytes()),
      device_embeddings_(static_cast<size_t>(max_users) * model.shape.dim),
      float32_(model.shape, max_tokens) {
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

BatchArrays Lane::upload(const BatchCapacity &counts) {
  const BatchLayout layout(counts);
  pack_batch(buffers(), counts, model_.shape, layout, packed_.data());
  HSTU_REQUIRE(cudaMemcpyAsync(batch_.data(), packed_.data(), layout.bytes, cudaMemcpyHostToDevice, stream_.get()));
  return layout.at(batch_.data());
}

void Lane::forward(const BatchArrays &batch, const BatchCapacity &counts) {
  const Shape &shape = model_.shape;
  float32_embed(model_, float32_, batch, counts.users, counts.tokens, stream_.get());
  for (int block = 0; block < shape.blocks; block++) {
    const Rows rows = block == shape.blocks - 1 ? Rows::kLastOfEachUser : Rows::kAll;
    float32_block(model_, block, rows, float32_, batch, counts.users, counts.tokens, stream_.get());
  }
  normalise_rows(float32_.stream.data(), shape.dim, shape.dim, batch.offsets, counts.users, device_embeddings_.data(),
                 stream_.get());
}

void Lane::encode_start(int users) {
  encode_wait();  // one batch at a time: its packed form is still being read
  const BatchCapacity counts = count_batch(buffers(), users, model_.shape);
  forward(upload(counts), counts);
  const size_t bytes = static_cast<size_t>(users) * model_.shape.dim * sizeof(float);
  HSTU_REQUIRE(
      cudaMemcpyAsync(embeddings_.data(), device_embeddings_.data(), bytes, cudaMemcpyDeviceToHost, stream_.get()));
}

void Lane::encode_wait() { HSTU_REQUIRE(cudaStreamSynchronize(stream_.get())); }

void Lane::trace(int users, float *streams, float *rows) {
  encode_wait();
  const Shape &shape = model_.shape;
  const BatchCapacity counts = count_batch(buffers(), users, shape);
  const BatchArrays batch = upload(counts);
  const size_t values = static_cast<size_t>(counts.tokens) * shape.dim;
  DeviceBuffer<float> normalised(values);
  float32_embed(model_, float32_, batch, users, counts.tokens, stream_.get());
  for (int block = 0; block < shape.blocks; block++) {
    float32_block(model_, block, Rows::kAll, float32_, batch, users, counts.tokens, stream_.get());
    HSTU_REQUIRE(cudaMemcpyAsync(streams + block * values, float32_.stream.data(), values * sizeof(float),
                                 cudaMemcpyDeviceToHost, stream_.get()));
  }
  normalise_rows(float32_.stream.data(), shape.dim, shape.dim, nullptr, counts.tokens, normalised.data(), stream_.get());
  HSTU_REQUIRE(cudaMemcpyAsync(rows, normalised.data(), values * sizeof(float), cudaMemcpyDeviceToHost, stream_.get()));
  encode_wait();
}

}  // namespace hstu
