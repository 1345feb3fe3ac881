package dev.hstu.retrieval.config;

import dev.hstu.kernels.names.NearNames;
import java.util.List;

/// The values of all sources, the first source winning; what the records read themselves from.
final class SettingValues {

  private final List<SettingSource> sources;
  private final String reference;

  /// @param reference the page that lists all keys, for messages
  SettingValues(List<SettingSource> sources, String reference) {
    this.sources = List.copyOf(sources);
    this.reference = reference;
  }

  <T> T get(Setting<T> setting) {
    for (SettingSource source : sources) {
      String text = source.values().get(setting.key());
      if (text != null) {
        return setting.parse(text, source.name());
      }
    }
    return setting.parse(setting.defaultText(), "default");
  }

  /// Refuses keys that no record knows, naming the nearest one.
  void requireKnown(List<Setting<?>> settings) {
    List<String> known = settings.stream().map(Setting::key).toList();
    for (SettingSource source : sources) {
      for (String key : source.values().keySet().stream().sorted().toList()) {
        if (!known.contains(key)) {
          throw new InvalidSettingException(
              "%s (%s) is not a setting; did you mean %s? %s lists them all"
                  .formatted(key, source.name(), NearNames.nearest(key, known), reference));
        }
      }
    }
  }
}
