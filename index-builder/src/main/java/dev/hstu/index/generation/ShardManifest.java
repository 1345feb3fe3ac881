package dev.hstu.index.generation;

import java.util.regex.Pattern;

/// One index of a generation: a contiguous range of catalogue rows, the first shard from row 0 and
/// each other from where the one before it ends.
///
/// @param folder relative, as [GenerationLayout#shard]
/// @param items rows in it, at least 0
public record ShardManifest(String folder, int items) {

  private static final Pattern FOLDER = Pattern.compile("index/shard-\\d{3}");

  public ShardManifest {
    if (!FOLDER.matcher(folder).matches()) {
      throw new IllegalArgumentException("shard folder '" + folder + "' is not index/shard-NNN");
    }
    if (items < 0) {
      throw new IllegalArgumentException("shard items=" + items + " must be at least 0");
    }
  }
}
