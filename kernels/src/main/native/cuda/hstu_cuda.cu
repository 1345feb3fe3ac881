// Where C begins: every function of hstu_cuda.h, with failures turned into a code and a sentence.
#include "hstu_cuda.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>

#include "failure.h"
#include "lane.h"
#include "model.h"
#include "state_pool.h"

struct hstu_model {
  hstu::Model model;
};

struct hstu_lane {
  hstu::Lane lane;
};

struct hstu_states {
  hstu::StatePool pool;
};

namespace {

thread_local std::string last_error;

int failed(int code, const char *message) {
  last_error = message;
  return code;
}

// Runs `work`; a Failure or a failed allocation becomes what the function returns.
template <typename Work>
int guarded(Work work) {
  try {
    work();
    return HSTU_OK;
  } catch (const hstu::Failure &failure) {
    return failed(failure.code(), failure.what());
  } catch (const std::bad_alloc &) {
    return failed(HSTU_OUT_OF_MEMORY, "host memory is used up");
  }
}

// As above, on the device of a model.
template <typename Work>
int guarded_on(int device, Work work) {
  return guarded([&] {
    cudaGetLastError();  // what an earlier call tried in vain is no failure of this one
    HSTU_REQUIRE(cudaSetDevice(device));
    work();
  });
}

void require_present(const void *pointer, const char *name) {
  if (pointer == nullptr) hstu::refuse(HSTU_INVALID, "%s must not be null", name);
}

int device_count() {
  int driver = 0;
  HSTU_REQUIRE(cudaDriverGetVersion(&driver));
  if (driver == 0) hstu::refuse(HSTU_NO_DEVICE, "no CUDA driver");
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaErrorInsufficientDriver) {
    hstu::refuse(HSTU_NO_DEVICE, "the CUDA driver is of version %d.%d, older than the library's %d.%d", driver / 1000,
                 driver % 1000 / 10, CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10);
  }
  hstu::require(status, "cudaGetDeviceCount");
  return count;
}

}  // namespace

int32_t hstu_cuda_interface(void) { return HSTU_CUDA_INTERFACE; }

const char *hstu_cuda_last_error(void) { return last_error.c_str(); }

int32_t hstu_cuda_device_count(int32_t *out) {
  return guarded([&] { *out = device_count(); });
}

int32_t hstu_cuda_device(int32_t device, hstu_device *out) {
  return guarded([&] {
    cudaDeviceProp properties;
    HSTU_REQUIRE(cudaGetDeviceProperties(&properties, device));
    int driver = 0;
    HSTU_REQUIRE(cudaDriverGetVersion(&driver));
    std::memset(out, 0, sizeof *out);
    std::snprintf(out->name, sizeof out->name, "%s", properties.name);
    out->major = properties.major;
    out->minor = properties.minor;
    out->multiprocessors = properties.multiProcessorCount;
    out->driver = driver;
    out->memory_bytes = static_cast<int64_t>(properties.totalGlobalMem);
  });
}

int32_t hstu_cuda_free_bytes(int32_t device, int64_t *out) {
  return guarded_on(device, [&] {
    size_t free_bytes = 0, all_bytes = 0;
    HSTU_REQUIRE(cudaDeviceSynchronize());
    HSTU_REQUIRE(cudaMemGetInfo(&free_bytes, &all_bytes));
    *out = static_cast<int64_t>(free_bytes);
  });
}

int32_t hstu_cuda_model_open(int32_t device, int32_t precision, const hstu_shape *shape, const void *const *weights,
                             int32_t count, hstu_model **out) {
  return guarded_on(device, [&] {
    require_present(shape, "shape");
    require_present(weights, "weights");
    if (precision != HSTU_FLOAT32 && precision != HSTU_BFLOAT16) {
      hstu::refuse(HSTU_INVALID, "precision=%d must be %d or %d", precision, HSTU_FLOAT32, HSTU_BFLOAT16);
    }
    for (int i = 0; i < count; i++) require_present(weights[i], "a weight");
    *out = new hstu_model{hstu::upload_model(device, static_cast<hstu::Precision>(precision), *shape, weights, count)};
  });
}

int32_t hstu_cuda_model_close(hstu_model *model) {
  return guarded_on(model->model.device, [&] { delete model; });
}

int32_t hstu_cuda_lane_open(hstu_model *model, int32_t max_tokens, int32_t max_users, hstu_lane **out) {
  return guarded_on(model->model.device, [&] {
    const int least = model->model.shape.max_events;
    if (max_tokens < least || max_tokens > HSTU_MAX_LANE_TOKENS) {
      hstu::refuse(HSTU_INVALID, "max_tokens=%d must be within %d..%d", max_tokens, least, HSTU_MAX_LANE_TOKENS);
    }
    if (max_users < 1 || max_users > HSTU_MAX_LANE_USERS) {
      hstu::refuse(HSTU_INVALID, "max_users=%d must be within 1..%d", max_users, HSTU_MAX_LANE_USERS);
    }
    *out = new hstu_lane{{model->model, max_tokens, max_users}};
  });
}

int32_t hstu_cuda_lane_buffers(hstu_lane *lane, hstu_lane_buffers *out) {
  return guarded([&] { *out = lane->lane.buffers(); });
}

int32_t hstu_cuda_lane_close(hstu_lane *lane) {
  return guarded_on(lane->lane.model().device, [&] { delete lane; });
}

int32_t hstu_cuda_encode_start(hstu_lane *lane, int32_t users) {
  return guarded_on(lane->lane.model().device, [&] { lane->lane.encode_start(users); });
}

int32_t hstu_cuda_encode_wait(hstu_lane *lane) {
  return guarded_on(lane->lane.model().device, [&] { lane->lane.encode_wait(); });
}

int32_t hstu_cuda_encode(hstu_lane *lane, int32_t users) {
  return guarded_on(lane->lane.model().device, [&] {
    lane->lane.encode_start(users);
    lane->lane.encode_wait();
  });
}

int32_t hstu_cuda_trace(hstu_lane *lane, int32_t users, float *streams, float *rows) {
  return guarded_on(lane->lane.model().device, [&] {
    require_present(streams, "streams");
    require_present(rows, "rows");
    lane->lane.trace(users, streams, rows);
  });
}

int32_t hstu_cuda_states_open(hstu_model *model, int64_t bytes, int32_t max_users, hstu_states **out) {
  return guarded_on(model->model.device, [&] {
    if (max_users < 1 || max_users > HSTU_MAX_APPENDS) {
      hstu::refuse(HSTU_INVALID, "max_users=%d must be within 1..%d", max_users, HSTU_MAX_APPENDS);
    }
    *out = new hstu_states{{model->model, bytes, max_users}};
  });
}

int32_t hstu_cuda_states_buffers(hstu_states *states, hstu_states_buffers *out) {
  return guarded([&] { *out = states->pool.buffers(); });
}

int32_t hstu_cuda_states_close(hstu_states *states) {
  return guarded_on(states->pool.model().device, [&] { delete states; });
}

int32_t hstu_cuda_append(hstu_states *states, int32_t users) {
  return guarded_on(states->pool.model().device, [&] { states->pool.append(users); });
}

int32_t hstu_cuda_encode_keeping(hstu_lane *lane, hstu_states *states, int32_t users, const int32_t *first_pages,
                                 const int32_t *page_table, int32_t entries) {
  return guarded_on(lane->lane.model().device, [&] {
    require_present(first_pages, "first_pages");
    require_present(page_table, "page_table");
    lane->lane.encode_keeping(users, states->pool, first_pages, page_table, entries);
  });
}
