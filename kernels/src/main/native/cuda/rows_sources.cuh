// Where a user's rows come from: a lane's buffers (last_rows) or kept pages (append). Everything else is the same code for both.
#pragma once

#include "rows.cuh"
#include "time_buckets.cuh"

namespace hstu {

// The rows computed for one user. Keys 0 .. old-1 are read from memory; the `fresh` last ones are computed here.
template <int R>
struct UserRows {
  int user;
  int length;
  int old;
  int fresh;
  int position[R];
  int time[R];
  int next_time[R];
  int item[R];  // append alone
};

struct LaneSource {
  static constexpr int kRows = 1;
  static constexpr bool kFresh = false;
  using Rows = UserRows<kRows>;

  Shape shape;
  BatchArrays batch;
  const float *x;
  const bf16 *uvqk;

  __device__ bool open(int user, Rows &rows) const {
    if (user >= batch.header->users) return false;
    rows.user = user;
    rows.length = batch.offsets[user + 1] - batch.offsets[user];
    rows.old = rows.length;
    rows.fresh = 0;
    rows.position[0] = rows.length - 1;
    rows.next_time[0] = batch.times[batch.time_offsets[user] + rows.length];
    rows.time[0] = 0;
    return true;
  }
  __device__ float input(const Rows &rows, int, int column) const {
    return x[static_cast<size_t>(batch.offsets[rows.user] + rows.length - 1) * shape.dim_padded + column];
  }
  __device__ int time(const Rows &rows, int position) const {
    return batch.times[batch.time_offsets[rows.user] + position];
  }
  __device__ const bf16 *keys(const Rows &rows, int, int position) const {
    return uvqk + static_cast<size_t>(batch.offsets[rows.user] + position) * shape.projection() + 3 * shape.hidden;
  }
  __device__ const bf16 *values(const Rows &rows, int, int position) const {
    return uvqk + static_cast<size_t>(batch.offsets[rows.user] + position) * shape.projection() + shape.hidden;
  }
  // Elements between rows, and how many rows from `position` on have that distance.
  __device__ int stride() const { return shape.projection(); }
  __device__ int run(const Rows &rows, int position) const { return rows.old - position; }
  __device__ void store(const Rows &, int, int, bool, int, const float *) const {}
  __device__ void store_times(const Rows &) const {}
};

struct PageSource {
  static constexpr int kRows = 2;
  static constexpr bool kFresh = true;
  using Rows = UserRows<kRows>;

  Shape shape;
  StatePages pages;
  int users;
  const AppendUser *appended;
  const int *page_table;
  const bf16 *items;
  const float *positions;

  __device__ bool open(int user, Rows &rows) const {
    if (user >= users) return false;
    const AppendUser &given = appended[user];
    rows.user = user;
    rows.length = given.length;
    rows.fresh = given.rows;
    rows.old = given.length - given.rows;
    // With one fresh row the first of the two is computed as its twin and dropped.
    const bool two = given.rows == 2;
    rows.position[0] = given.length - given.rows;
    rows.position[1] = given.length - 1;
    rows.time[0] = two ? given.times[0] : given.times[1];
    rows.time[1] = given.times[1];
    rows.next_time[0] = two ? given.times[1] : given.request_time;
    rows.next_time[1] = given.request_time;
    rows.item[0] = two ? given.items[0] : given.items[1];
    rows.item[1] = given.items[1];
    return true;
  }
  __device__ int page(const Rows &rows, int position) const {
    return page_table[appended[rows.user].first_page + position / kPageRows];
  }
  __device__ float input(const Rows &rows, int r, int column) const {
    return __bfloat162float(items[static_cast<size_t>(rows.item[r]) * shape.dim_padded + column]) *
               sqrtf(static_cast<float>(shape.dim)) +
           positions[static_cast<size_t>(rows.position[r]) * shape.dim_padded + column];
  }
  __device__ int time(const Rows &rows, int position) const {
    return pages.times(page(rows, position))[position % kPageRows];
  }
  __device__ const bf16 *keys(const Rows &rows, int block, int position) const {
    return pages.keys(page(rows, position), block) + position % kPageRows * shape.hidden;
  }
  __device__ const bf16 *values(const Rows &rows, int block, int position) const {
    return pages.values(page(rows, position), block) + position % kPageRows * shape.hidden;
  }
  __device__ int stride() const { return shape.hidden; }
  __device__ int run(const Rows &rows, int position) const {
    return min(rows.old - position, kPageRows - position % kPageRows);
  }
  // Four columns of a fresh row's keys or values.
  __device__ void store(const Rows &rows, int block, int r, bool key, int column, const float *four) const {
    if (rows.fresh == 1 && r == 0) return;
    const int position = r == 0 ? rows.position[0] : rows.position[1];  // no run-time index: rows stay in registers
    const int number = page(rows, position);
    bf16 *row = (key ? pages.keys(number, block) : pages.values(number, block)) + position % kPageRows * shape.hidden;
    __nv_bfloat162 *target = reinterpret_cast<__nv_bfloat162 *>(row + column);
    target[0] = __floats2bfloat162_rn(four[0], four[1]);
    target[1] = __floats2bfloat162_rn(four[2], four[3]);
  }
  __device__ void store_times(const Rows &rows) const {
#pragma unroll
    for (int r = 0; r < kRows; r++) {
      if (rows.fresh == 1 && r == 0) continue;
      pages.times(page(rows, rows.position[r]))[rows.position[r] % kPageRows] = rows.time[r];
    }
  }
};

inline LaneSource source_of(const LastRowsArgs &args) { return LaneSource{args.shape, args.batch, args.x, args.uvqk}; }
inline PageSource source_of(const AppendArgs &args) {
  return PageSource{args.shape,      args.pages, args.users,    args.appended,
                    args.page_table, args.items, args.positions};
}

// Padding columns of a head's width don't count in the norm of o.
__device__ __forceinline__ bool real_value(const Shape &shape, int column) {
  return (column & (shape.width - 1)) < shape.value_dim;
}

constexpr float kEpsilon = 1e-6f;

}  // namespace hstu
