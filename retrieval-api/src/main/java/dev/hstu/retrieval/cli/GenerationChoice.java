package dev.hstu.retrieval.cli;

import dev.hstu.index.generation.GenerationStore;
import java.io.IOException;

/// How a command line names a generation: by id, or as `current` or `latest`.
final class GenerationChoice {

  private GenerationChoice() {}

  /// The id meant.
  ///
  /// @throws UserError when there is none to mean
  static String resolve(GenerationStore store, String choice) throws IOException {
    return switch (choice) {
      case "current" ->
          store
              .currentId()
              .orElseThrow(
                  () ->
                      new UserError(
                          "no generation is published in %s; run hstu publish latest"
                              .formatted(store.root())));
      case "latest" ->
          store
              .latestId()
              .orElseThrow(
                  () ->
                      new UserError(
                          "there is no generation in %s; run hstu build".formatted(store.root())));
      default -> choice;
    };
  }
}
