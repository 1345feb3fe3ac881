package dev.hstu.retrieval.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Who may call; `access.*`.
///
/// @param keysFile the file of keys; empty asks nobody for one, which is allowed on loopback only
/// @param reloadMillis how often it is read again
public record AccessSettings(Optional<Path> keysFile, int reloadMillis) {

  private static final String NONE = "none";

  static final Setting<String> KEYS_FILE =
      Setting.text(
          "access.keys-file",
          NONE,
          "none, or the path of a file that hstu keys writes",
          "Callers must show a key from it. none asks nobody for one and is refused where"
              + " serving.host, or encoder-server.host of hstu encoder, is not loopback.");
  static final Setting<Integer> RELOAD_MILLIS =
      Setting.integer(
          "access.reload-millis",
          1000,
          10,
          3_600_000,
          "How often the keys are read again: how long a removed key still works.");

  static final List<Setting<?>> SETTINGS = List.of(KEYS_FILE, RELOAD_MILLIS);

  static AccessSettings from(SettingValues values) {
    String file = values.get(KEYS_FILE);
    return new AccessSettings(
        file.equals(NONE) ? Optional.empty() : Optional.of(Path.of(file)),
        values.get(RELOAD_MILLIS));
  }
}
