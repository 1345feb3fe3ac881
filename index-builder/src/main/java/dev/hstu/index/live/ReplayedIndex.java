package dev.hstu.index.live;

import dev.hstu.index.generation.Generation;
import java.io.IOException;
import java.nio.file.Path;

/// A generation with the updates that were durable when it was opened: what a [LiveIndex] serves
/// at that moment, for a look at it from another process while its log is being written. Follows
/// nothing and changes nothing of the log.
public final class ReplayedIndex implements AutoCloseable {

  private final Overlay overlay;
  private final LiveSnapshot snapshot;

  private ReplayedIndex(Overlay overlay) {
    this.overlay = overlay;
    this.snapshot = overlay.refresh();
  }

  /// Replays what a generation hasn't taken in.
  ///
  /// @param generation stays the caller's, open until this is closed
  /// @param updates the log's folder; one that doesn't exist is an empty log
  /// @param scratch an empty folder of the caller's, deleted on close
  public static ReplayedIndex open(
      Generation generation, Path updates, LiveSettings settings, Path scratch) throws IOException {
    long carried = generation.manifest().carriedUpdates();
    Overlay overlay =
        new Overlay(
            generation.index(),
            generation.catalog(),
            generation.vectors(),
            generation.manifest().modelFingerprint(),
            settings,
            scratch,
            carried);
    try (LogSnapshot durable = LogSnapshot.open(updates)) {
      LastUpdates.of(durable, carried).forEach(durable, overlay::apply);
      return new ReplayedIndex(overlay);
    } catch (IOException | RuntimeException e) {
      overlay.close();
      throw e;
    }
  }

  /// What is searchable; readable until this closes.
  public LiveSnapshot snapshot() {
    return snapshot;
  }

  @Override
  public void close() throws IOException {
    overlay.close();
  }
}
