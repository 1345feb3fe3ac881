// Owners of device memory and of page-locked host memory.
#pragma once

#include <cstddef>
#include <utility>

#include "failure.h"

namespace hstu {

// Device memory, zeroed: padding that is never written is 0 for as long as the buffer lives.
template <typename T>
class DeviceBuffer {
 public:
  DeviceBuffer() = default;

  explicit DeviceBuffer(size_t count) : count_(count) {
    if (count == 0) return;
    const cudaError_t status = cudaMalloc(&data_, count * sizeof(T));
    if (status == cudaErrorMemoryAllocation) {
      cudaGetLastError();
      size_t free_bytes = 0, all_bytes = 0;
      cudaMemGetInfo(&free_bytes, &all_bytes);
      refuse(HSTU_OUT_OF_MEMORY, "cudaMalloc: %zu bytes asked for, %zu of %zu on the device are free", bytes(),
             free_bytes, all_bytes);
    }
    require(status, "cudaMalloc");
    try {
      HSTU_REQUIRE(cudaMemset(data_, 0, bytes()));
    } catch (...) {
      cudaFree(data_);
      throw;
    }
  }

  DeviceBuffer(DeviceBuffer &&other) noexcept { swap(other); }
  DeviceBuffer &operator=(DeviceBuffer &&other) noexcept {
    swap(other);
    return *this;
  }
  DeviceBuffer(const DeviceBuffer &) = delete;
  DeviceBuffer &operator=(const DeviceBuffer &) = delete;
  ~DeviceBuffer() { cudaFree(data_); }

  T *data() const { return data_; }
  size_t count() const { return count_; }
  size_t bytes() const { return count_ * sizeof(T); }

 private:
  void swap(DeviceBuffer &other) {
    std::swap(data_, other.data_);
    std::swap(count_, other.count_);
  }

  T *data_ = nullptr;
  size_t count_ = 0;
};

// Page-locked host memory, which the copy engine reads and writes without a detour.
template <typename T>
class PinnedBuffer {
 public:
  PinnedBuffer() = default;

  explicit PinnedBuffer(size_t count) : count_(count) {
    HSTU_REQUIRE(cudaHostAlloc(&data_, count * sizeof(T), cudaHostAllocDefault));
  }

  PinnedBuffer(PinnedBuffer &&other) noexcept { swap(other); }
  PinnedBuffer &operator=(PinnedBuffer &&other) noexcept {
    swap(other);
    return *this;
  }
  PinnedBuffer(const PinnedBuffer &) = delete;
  PinnedBuffer &operator=(const PinnedBuffer &) = delete;
  ~PinnedBuffer() { cudaFreeHost(data_); }

  T *data() const { return data_; }
  size_t bytes() const { return count_ * sizeof(T); }

 private:
  void swap(PinnedBuffer &other) {
    std::swap(data_, other.data_);
    std::swap(count_, other.count_);
  }

  T *data_ = nullptr;
  size_t count_ = 0;
};

}  // namespace hstu
