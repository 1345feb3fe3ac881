package dev.hstu.index.generation;

import java.nio.file.Path;
import java.util.Set;

/// The paths inside a generation's folder.
///
/// | path | holds |
/// |---|---|
/// | `generation.json` | [GenerationManifest], written last |
/// | `model/` | the model folder, copied |
/// | `items/vectors.safetensors` | ids and vectors, the item-vector file, copied |
/// | `items/attributes.safetensors` | attributes |
/// | `items/popularity.safetensors` | interactions of each item |
/// | `index/shard-NNN/` | a Lucene index each; none where the index is exact |
/// | `index/unreachable.safetensors` | rows the index cannot come to, where there are any |
/// | `tuning.json` | what chose the index, and the search calibrated for it, where a tuning did |
/// | `evaluation.json`, `evaluation.html` | the evaluation of the build, where there was one |
/// | others | companions: files the build was given to keep, which this module doesn't read |
public final class GenerationLayout {

  public static final String MANIFEST = "generation.json";
  public static final String MODEL = "model";
  public static final String VECTORS = "items/vectors.safetensors";
  public static final String ATTRIBUTES = "items/attributes.safetensors";
  public static final String POPULARITY = "items/popularity.safetensors";
  public static final String UNREACHABLE = "index/unreachable.safetensors";
  public static final String TUNING = "tuning.json";
  public static final String EVALUATION_JSON = "evaluation.json";
  public static final String EVALUATION_HTML = "evaluation.html";

  public static final String INDEX = "index";

  private static final Set<String> OWN_NAMES =
      Set.of(MANIFEST, MODEL, "items", INDEX, TUNING, EVALUATION_JSON, EVALUATION_HTML);

  private GenerationLayout() {}

  /// The folder of one shard's index, with slashes.
  public static String shard(int number) {
    return "index/shard-%03d".formatted(number);
  }

  /// Whether a companion may have this name.
  public static boolean isFree(String name) {
    return name.matches("[A-Za-z0-9][A-Za-z0-9._-]*") && !OWN_NAMES.contains(name);
  }

  /// A path relative to a generation's folder, with slashes on every system.
  static String relative(Path folder, Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }
}
