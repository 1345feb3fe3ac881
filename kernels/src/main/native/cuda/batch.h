// A jagged batch as the host lays it down for the device: all arrays of BatchArrays in one piece of memory, so that one
// copy carries them.
#pragma once

#include <cstddef>

#include "hstu_cuda.h"
#include "layout.cuh"

namespace hstu {

// What a packed batch has room for.
struct BatchCapacity {
  int users;
  int tokens;

  // A user of L events has ceil(L / rows) query tiles, of kTileRows rows or more.
  int q_tiles() const { return tokens / kTileRows + users; }
  // A user of L events has L + 1 times, up to a multiple of kTimeAlignment; whole tiles of them are read past the last user's.
  int times() const { return round_up(tokens, kTimeAlignment) + users * kTimeAlignment + kTimeSlack; }
};

// Where the arrays of a packed batch lie, in bytes from its start; each starts at a multiple of 256.
struct BatchLayout {
  size_t header, offsets, time_offsets, items, q_tiles, times, bytes;

  explicit BatchLayout(const BatchCapacity &capacity);

  // The arrays of a batch packed at `base`.
  BatchArrays at(char *base) const;
};

// Counts of a batch, and a Failure when offsets are not those of `users` users of 1..Nmax events or too many.
BatchCapacity count_batch(const hstu_lane_buffers &input, int users, const Shape &shape);

// Keys and values of short users whose query tiles stand together in the work list: a sixth of an H100's L2 cache, so that
// they are still there when the users' shorter tiles come.
constexpr int64_t kListedBytes = 8000 << 10;

// Lists the query tiles of a batch for the attention, in tiles of `rows` rows, and returns their number.
//
// The longest come first, so that the last to finish is short; where no user has more than kShortUser events, this holds among
// the users of every kListedBytes of keys and values, of which the longest users come first.
//   offsets [users + 1]; time_offsets [users]; tiles: room for BatchCapacity::q_tiles.
int list_tiles(const int *offsets, const int *time_offsets, int users, const Shape &shape, int rows, QTile *tiles);

// Packs the batch in `input` into host memory at `base`, laid out as `layout` says.
//
// Times become seconds since the user's smallest, which fit 32 bits; the work list of the attention is that of `list_tiles`, in
// tiles of `tile_rows` rows. Throws a Failure naming the user for an item row outside 1..V and for times that span more than
// HSTU_MAX_SPAN_SECONDS.
BatchHeader pack_batch(const hstu_lane_buffers &input, const BatchCapacity &counts, const Shape &shape, int tile_rows,
                       const BatchLayout &layout, char *base);

}  // namespace hstu
