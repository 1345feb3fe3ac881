package dev.hstu.index.live;

import java.util.List;

/// What became of the log's updates in a build.
///
/// @param lastSequence the last update taken in
/// @param replaced items whose vector or attributes changed
/// @param added items that the item-vector file hasn't
/// @param deleted items of the item-vector file left out
/// @param embeddedAnew of the replaced, those whose update had a vector of another model: they have
///     the vector of this one
/// @param dropped items whose update had a vector of another model and which the item-vector file
///     hasn't
/// @param droppedIds the first of them, at most [#MAX_DROPPED_IDS]
public record CarryReport(
    long lastSequence,
    int replaced,
    int added,
    int deleted,
    int embeddedAnew,
    int dropped,
    List<String> droppedIds) {

  /// Ids listed: enough to see which they are.
  public static final int MAX_DROPPED_IDS = 100;

  public CarryReport {
    droppedIds = List.copyOf(droppedIds);
  }
}
