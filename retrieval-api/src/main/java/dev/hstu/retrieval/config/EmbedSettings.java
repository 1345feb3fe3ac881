package dev.hstu.retrieval.config;

import java.util.List;

/// What one request for embeddings may ask for; `embed.*`.
///
/// @param maxHistories most histories of one request
public record EmbedSettings(int maxHistories) {

  static final Setting<Integer> MAX_HISTORIES =
      Setting.integer(
          "embed.max-histories",
          128,
          1,
          4096,
          "Most histories of one POST /embed: they share one call of the encoder, which keeps a"
              + " worker for so long.");

  static final List<Setting<?>> SETTINGS = List.of(MAX_HISTORIES);

  static EmbedSettings from(SettingValues values) {
    return new EmbedSettings(values.get(MAX_HISTORIES));
  }
}
