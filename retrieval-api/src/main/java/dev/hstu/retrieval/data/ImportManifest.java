package dev.hstu.retrieval.data;

import dev.hstu.kernels.names.NearNames;
import dev.hstu.retrieval.config.InvalidSettingException;
import dev.hstu.retrieval.config.SettingSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The unified features of a model as one declaration (arXiv 2402.17152, section 2.1): the main
/// series, which are the interactions, and the slow series of the users. A YAML file:
///
/// ```yaml main: interactions: ratings.csv.gz items: items.csv            # may be left out series:
/// gender: {file: users.dat, user: userId, value: gender} language: {file: languages.csv, user:
/// uid, value: language, time: changed_at} height: {file: users.dat, user: userId, value: height,
/// kind: numerical}   # dropped, with a word
/// ```
///
/// Paths are relative to the file's own folder. `kind` is `categorical` or `numerical`; left out, a
/// series is numerical when all its values are numbers and one of them is a fraction.
///
/// @param interactions the main series, or null where the command line names it
/// @param items the catalogue, or null
/// @param series by name
public record ImportManifest(
    @Nullable Path interactions, @Nullable Path items, List<SeriesSource> series) {

  private static final Pattern SERIES =
      Pattern.compile("series\\.([A-Za-z0-9_-]{1,64})\\.([a-z]+)");
  private static final List<String> FIELDS = List.of("file", "user", "value", "time", "kind");
  private static final String INTERACTIONS = "main.interactions";
  private static final String ITEMS = "main.items";

  public ImportManifest {
    series = List.copyOf(series);
  }

  /// Reads a manifest.
  ///
  /// @throws UnusableInputException naming the key that is unknown or missing
  public static ImportManifest read(Path file) {
    SortedMap<String, SortedMap<String, String>> series = new TreeMap<>();
    Map<String, String> values = values(file);
    for (Map.Entry<String, String> entry : values.entrySet()) {
      Matcher key = SERIES.matcher(entry.getKey());
      if (key.matches() && FIELDS.contains(key.group(2))) {
        series
            .computeIfAbsent(key.group(1), _ -> new TreeMap<>())
            .put(key.group(2), entry.getValue());
      } else if (!entry.getKey().equals(INTERACTIONS) && !entry.getKey().equals(ITEMS)) {
        throw unknown(file, entry.getKey());
      }
    }
    Path folder = file.toAbsolutePath().getParent();
    List<SeriesSource> sources = new ArrayList<>();
    series.forEach((name, fields) -> sources.add(source(file, folder, name, fields)));
    return new ImportManifest(
        path(folder, values.get(INTERACTIONS)), path(folder, values.get(ITEMS)), sources);
  }

  private static Map<String, String> values(Path file) {
    try {
      return SettingSource.file(file).values();
    } catch (InvalidSettingException e) {
      throw new UnusableInputException("--manifest: " + e.getMessage(), e);
    }
  }

  private static SeriesSource source(
      Path manifest, Path folder, String name, SortedMap<String, String> fields) {
    for (String required : List.of("file", "user", "value")) {
      if (!fields.containsKey(required)) {
        throw new UnusableInputException(
            "%s has no series.%s.%s; each series has a file and the columns user and value"
                .formatted(manifest, name, required));
      }
    }
    return new SeriesSource(
        name,
        folder.resolve(fields.get("file")),
        fields.get("user"),
        fields.get("value"),
        fields.get("time"),
        categorical(manifest, name, fields.get("kind")));
  }

  private static @Nullable Boolean categorical(Path file, String name, @Nullable String kind) {
    return switch (kind) {
      case null -> null;
      case "categorical" -> true;
      case "numerical" -> false;
      default ->
          throw new UnusableInputException(
              "%s: series.%s.kind=%s must be categorical or numerical".formatted(file, name, kind));
    };
  }

  private static UnusableInputException unknown(Path file, String key) {
    List<String> known = new ArrayList<>(List.of(INTERACTIONS, ITEMS));
    FIELDS.forEach(field -> known.add("series.NAME." + field));
    return new UnusableInputException(
        "%s has the key '%.80s', which is none of a manifest; did you mean %s? Names of series are letters, digits, - and _"
            .formatted(file, key, NearNames.nearest(key, known)));
  }

  private static @Nullable Path path(Path folder, @Nullable String value) {
    return value == null ? null : folder.resolve(value);
  }
}
