package dev.hstu.retrieval.config;

import dev.hstu.index.memory.MemorySize;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/// One key of the configuration, with all that its reader, its error message and its line in the
/// reference need.
///
/// @param key `concern.name`, lower case with hyphens, unit last
/// @param defaultText the value taken when no source sets the key
/// @param allowed the range in words, ends the sentence "must be ..."
/// @param reason why the key or its bound exists
/// @param parser from the text to the value; empty where the text is not allowed
public record Setting<T>(
    String key,
    String defaultText,
    String allowed,
    String reason,
    Function<String, Optional<T>> parser) {

  private static final String ANY = "any";
  private static final String NONE = "none";
  private static final int MIB_SHIFT = 20;
  private static final int GIB_SHIFT = 30;

  /// A whole number within `least..most`.
  static Setting<Integer> integer(
      String key, int defaultValue, int least, int most, String reason) {
    return new Setting<>(
        key,
        Integer.toString(defaultValue),
        "within %d..%d".formatted(least, most),
        reason,
        text -> parseInteger(text, least, most));
  }

  /// A decimal number within `least..most`.
  static Setting<Double> decimal(
      String key, double defaultValue, double least, double most, String reason) {
    DecimalFormat plain = new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT));
    return new Setting<>(
        key,
        plain.format(defaultValue),
        "within %s..%s".formatted(plain.format(least), plain.format(most)),
        reason,
        text -> parseDecimal(text, least, most));
  }

  /// An amount of memory or disk: a whole number followed by `m` (MiB) or `g` (GiB).
  static Setting<Long> bytes(
      String key, String defaultText, long leastBytes, long mostBytes, String reason) {
    return new Setting<>(
        key,
        defaultText,
        "a number followed by m or g, within %s..%s".formatted(text(leastBytes), text(mostBytes)),
        reason,
        text -> parseBytes(text, leastBytes, mostBytes));
  }

  /// An amount of memory as every option takes it ([MemorySize]), or `any`, the default, for no
  /// bound.
  static Setting<OptionalLong> bytesOrAny(
      String key, long leastBytes, long mostBytes, String reason) {
    return new Setting<>(
        key,
        ANY,
        "any, or an amount such as 3500m or 4g, within %s..%s"
            .formatted(text(leastBytes), text(mostBytes)),
        reason,
        text ->
            text.equals(ANY)
                ? Optional.of(OptionalLong.empty())
                : parseMemory(text, leastBytes, mostBytes).map(OptionalLong::of));
  }

  /// True or false.
  static Setting<Boolean> flag(String key, boolean defaultValue, String reason) {
    return new Setting<>(
        key,
        Boolean.toString(defaultValue),
        "true or false",
        reason,
        text -> Optional.of(text).filter(t -> t.matches("true|false")).map(Boolean::parseBoolean));
  }

  /// One of a few words.
  static Setting<String> choice(
      String key, String defaultValue, List<String> choices, String reason) {
    return new Setting<>(
        key,
        defaultValue,
        "one of " + String.join(", ", choices),
        reason,
        text -> Optional.of(text.toLowerCase(Locale.ROOT)).filter(choices::contains));
  }

  /// Any of a few words, parted by commas, or `none`; in their own order, however written.
  static Setting<List<String>> anyOf(
      String key, List<String> defaultValue, List<String> choices, String reason) {
    return new Setting<>(
        key,
        String.join(",", defaultValue),
        "none, or any of %s, parted by commas".formatted(String.join(", ", choices)),
        reason,
        text -> parseAnyOf(text, choices));
  }

  /// Text that a regular expression matches.
  static Setting<String> matching(
      String key, String defaultValue, String pattern, String allowed, String reason) {
    return new Setting<>(
        key,
        defaultValue,
        allowed,
        reason,
        text -> Optional.of(text).filter(t -> t.matches(pattern)));
  }

  /// Any text but an empty one.
  static Setting<String> text(String key, String defaultValue, String allowed, String reason) {
    return new Setting<>(
        key, defaultValue, allowed, reason, text -> Optional.of(text).filter(t -> !t.isBlank()));
  }

  /// The name under which the environment may set this key: `retrieval.max-k` is `RETRIEVAL_MAX_K`.
  public String environmentName() {
    return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /// The value some source gives this key.
  ///
  /// @throws InvalidSettingException when `text` is not allowed
  T parse(String text, String source) {
    return parser
        .apply(text.strip())
        .orElseThrow(
            () ->
                new InvalidSettingException(
                    "%s=%s (%s) must be %s; correct it, or leave it out for the default %s"
                        .formatted(key, text, source, allowed, defaultText)));
  }

  private static Optional<List<String>> parseAnyOf(String text, List<String> choices) {
    if (text.equals(NONE)) {
      return Optional.of(List.of());
    }
    List<String> words = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    return choices.containsAll(words)
        ? Optional.of(choices.stream().filter(words::contains).toList())
        : Optional.empty();
  }

  private static Optional<Double> parseDecimal(String text, double least, double most) {
    if (!text.matches("-?[0-9]{1,10}(\\.[0-9]{1,10})?")) {
      return Optional.empty();
    }
    return Optional.of(Double.valueOf(text)).filter(value -> value >= least && value <= most);
  }

  private static Optional<Long> parseBytes(String text, long least, long most) {
    if (!text.matches("[0-9]{1,9}[mgMG]")) {
      return Optional.empty();
    }
    long number = Long.parseLong(text.substring(0, text.length() - 1));
    long value = number << (text.toLowerCase(Locale.ROOT).endsWith("g") ? GIB_SHIFT : MIB_SHIFT);
    return value < least || value > most ? Optional.empty() : Optional.of(value);
  }

  private static Optional<Long> parseMemory(String text, long least, long most) {
    try {
      return Optional.of(MemorySize.parse(text)).filter(value -> value >= least && value <= most);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String text(long bytes) {
    return bytes % (1L << GIB_SHIFT) == 0 ? (bytes >> GIB_SHIFT) + "g" : (bytes >> MIB_SHIFT) + "m";
  }

  private static Optional<Integer> parseInteger(String text, int least, int most) {
    if (!text.matches("-?[0-9]{1,10}")) {
      return Optional.empty();
    }
    long value = Long.parseLong(text);
    return value < least || value > most ? Optional.empty() : Optional.of((int) value);
  }
}
