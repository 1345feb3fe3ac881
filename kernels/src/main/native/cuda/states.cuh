// Kept user states: keys and values of a user's rows for every block, in pages of device memory (HSTU.md, "What follows from it").
#pragma once

#include "layout.cuh"

namespace hstu {

// Rows of a page. A user of L events holds ceil(L / kPageRows) pages.
constexpr int kPageRows = 64;

// All pages of one pool, each laid out as
//   times int [kPageRows], then for every block: keys bf16 [kPageRows][HW], values bf16 [kPageRows][HW].
// Times are seconds relative to one that belongs to the user for as long as the state lives: the smallest of the encode that filled it, request time
// included.
struct StatePages {
  char *pool;
  int hidden;  // HW
  int blocks;  // b

  __host__ __device__ static size_t page_bytes(int hidden, int blocks) {
    return kPageRows * (sizeof(int) + static_cast<size_t>(blocks) * 2 * hidden * sizeof(bf16));
  }
  __device__ char *page(int number) const { return pool + number * page_bytes(hidden, blocks); }
  __device__ int *times(int number) const { return reinterpret_cast<int *>(page(number)); }
  __device__ bf16 *keys(int number, int block) const {
    return reinterpret_cast<bf16 *>(page(number) + kPageRows * sizeof(int)) +
           static_cast<size_t>(2 * block) * kPageRows * hidden;
  }
  __device__ bf16 *values(int number, int block) const { return keys(number, block) + kPageRows * hidden; }
};

// Where the users of a batch keep their states, in device memory.
struct KeptPages {
  StatePages pages;
  const int *first_page;  // [users] where a user's page numbers begin in page_table; -1: not kept
  const int *page_table;
};

struct KeepArgs {
  Shape shape;
  BatchArrays batch;
  int most_tokens;         // the grid's size; the true count is in the header
  const bf16 *uvqk;        // [T][4 HW], v and k columns of `block`
  int block;
  KeptPages kept;
};

// Copies keys and values of all rows of one block from a lane to its users' pages; block 0 also the times.
cudaError_t keep(const KeepArgs &args, cudaStream_t stream);

}  // namespace hstu
