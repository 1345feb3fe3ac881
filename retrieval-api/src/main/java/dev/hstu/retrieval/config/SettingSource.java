package dev.hstu.retrieval.config;

import io.micronaut.context.env.yaml.YamlPropertySourceLoader;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Where values come from: a file, the environment, or the command line.
///
/// @param name as error messages give it
/// @param values by key, in the text's own spelling
public record SettingSource(String name, Map<String, String> values) {

  public SettingSource {
    values = Map.copyOf(values);
  }

  /// The options of a command.
  public static SettingSource commandLine(Map<String, String> values) {
    return new SettingSource("command line", values);
  }

  /// The variables that spell a known key; others are nobody's business here, since platforms put
  /// names of their own into the environment.
  public static SettingSource environment(Map<String, String> variables) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Setting<?> setting : ServiceConfiguration.settings()) {
      String value = variables.get(setting.environmentName());
      if (value != null) {
        values.put(setting.key(), value);
      }
    }
    return new SettingSource("environment", values);
  }

  /// A YAML file; nesting and dotted names mean the same.
  ///
  /// @throws InvalidSettingException when the file cannot be read, is not YAML, or holds a list
  public static SettingSource file(Path file) {
    Map<String, String> values = new LinkedHashMap<>();
    readYaml(file)
        .forEach(
            (key, value) -> {
              if (value instanceof List) {
                throw new InvalidSettingException(
                    "%s in %s is a list; each key takes one value".formatted(key, file));
              }
              values.put(key, text(value));
            });
    return new SettingSource(file.toString(), values);
  }

  /// As it was written: YAML reads 0.0005 as a double, whose own text is `5.0E-4`.
  private static String text(Object value) {
    return value instanceof Double number && Double.isFinite(number)
        ? BigDecimal.valueOf(number).toPlainString()
        : String.valueOf(value);
  }

  private static Map<String, Object> readYaml(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidSettingException(
          "configuration file %s does not exist; give the path of a YAML file".formatted(file));
    }
    try (InputStream text = Files.newInputStream(file)) {
      return new YamlPropertySourceLoader().read(file.toString(), text);
    } catch (IOException | RuntimeException e) {
      throw new InvalidSettingException(
          "configuration file %s cannot be read as YAML: %s".formatted(file, firstLine(e)), e);
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.getClass().getSimpleName());
  }
}
