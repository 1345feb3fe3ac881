package dev.hstu.retrieval.serving;

import java.util.ArrayDeque;
import java.util.Deque;

/// Things opened one upon the other, closed in reverse; each is closed even if another fails to.
final class OwnedResources implements AutoCloseable {

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /// Takes ownership.
  <T extends AutoCloseable> T own(T resource) {
    opened.push(resource);
    return resource;
  }

  /// Closes everything after `failure`, which stays the one to be told: what closing adds is
  /// suppressed in it.
  void closeAfter(Throwable failure) {
    try {
      close();
    } catch (RuntimeException | Error e) {
      failure.addSuppressed(e);
    }
  }

  /// @throws IllegalStateException when a resource could not be closed, after closing the others
  @Override
  public void close() {
    IllegalStateException failure = null;
    while (!opened.isEmpty()) {
      AutoCloseable resource = opened.pop();
      try {
        resource.close();
      } catch (Exception e) {
        if (failure == null) {
          failure = new IllegalStateException("closing " + resource.getClass().getSimpleName(), e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
