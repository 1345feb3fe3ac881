package dev.hstu.retrieval.cli;

import dev.hstu.retrieval.config.InvalidSettingException;
import dev.hstu.retrieval.config.SettingSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where the settings of a verb come from: its options win over the environment, and that over a
/// file.
final class SettingSources {

  private final Map<String, String> options = new LinkedHashMap<>();

  /// Takes an option as a setting.
  ///
  /// @param value null where the option wasn't given
  SettingSources with(String key, @Nullable String value) {
    if (value != null) {
      options.put(key, value);
    }
    return this;
  }

  /// All of them, the first winning.
  ///
  /// @param file YAML; null for none
  /// @throws InvalidSettingException when the file can't be read
  List<SettingSource> and(@Nullable Path file) {
    Stream<SettingSource> always =
        Stream.of(SettingSource.commandLine(options), SettingSource.environment(System.getenv()));
    Stream<SettingSource> read =
        file == null ? Stream.empty() : Stream.of(SettingSource.file(file));
    return Stream.concat(always, read).toList();
  }
}
