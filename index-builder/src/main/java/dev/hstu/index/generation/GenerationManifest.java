package dev.hstu.index.generation;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.kernels.storage.FileChecksum;
import dev.hstu.kernels.tables.IdType;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What `generation.json` says; the file's keys are these names in snake case, and one more,
/// `checksum`, guards the file itself ([ManifestFile]).
///
/// @param formatVersion of the folder and this file
/// @param writtenBy the release that built it
/// @param id the folder's name, see [GenerationStore]
/// @param createdAt UTC, whole seconds
/// @param parent the generation that was current when this one was built, absent for the first
/// @param modelFingerprint of the model folder and of the vectors
/// @param contentDigest SHA-256 over ids, vectors, attributes, popularity and settings, the same
///     for equal inputs; index files differ from build to build
/// @param idType how external ids are declared
/// @param dimension length of the vectors
/// @param metric [ItemVectors#METRIC]
/// @param items in all shards together
/// @param shards at least one, in row order
/// @param index what index it has and how it is searched by default; version 1 had only `graph`,
///     how its one graph was built
/// @param carriedUpdates sequence number of the last update of the log that went into it, 0 for
///     none; version 1 knew no updates
/// @param evaluation copied; figures of the evaluation by name, empty where there was none
/// @param files copied; size and SHA-256 of every file but `generation.json`, by relative path
@JsonPropertyOrder({"format_version", "written_by", "id", "created_at", "parent"})
public record GenerationManifest(
    int formatVersion,
    String writtenBy,
    String id,
    Instant createdAt,
    @Nullable String parent,
    String modelFingerprint,
    String contentDigest,
    IdType idType,
    int dimension,
    String metric,
    int items,
    List<ShardManifest> shards,
    IndexSettings index,
    long carriedUpdates,
    SortedMap<String, Double> evaluation,
    SortedMap<String, FileChecksum> files) {

  /// The version written; it and the one before are readable.
  public static final int FORMAT_VERSION = 2;

  public GenerationManifest {
    if (!GenerationIds.isId(id)) {
      throw new IllegalArgumentException("id '" + id + "' is not a generation's name");
    }
    if (parent != null && !GenerationIds.isId(parent)) {
      throw new IllegalArgumentException("parent '" + parent + "' is not a generation's name");
    }
    if (!metric.equals(ItemVectors.METRIC)) {
      throw new IllegalArgumentException(
          "metric '%s' must be %s".formatted(metric, ItemVectors.METRIC));
    }
    if (carriedUpdates < 0) {
      throw new IllegalArgumentException(
          "carriedUpdates=%d must be at least 0".formatted(carriedUpdates));
    }
    shards = List.copyOf(shards);
    evaluation = Collections.unmodifiableSortedMap(new TreeMap<>(evaluation));
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    long inShards = shards.stream().mapToLong(ShardManifest::items).sum();
    if (shards.isEmpty() || inShards != items) {
      throw new IllegalArgumentException(
          "items=%d must be the sum over at least one shard, which is %d"
              .formatted(items, inShards));
    }
    if (shards.size() != index.shards()) {
      throw new IllegalArgumentException(
          "%d shards are listed and the index has %d".formatted(shards.size(), index.shards()));
    }
  }

  /// Bytes of all listed files.
  public long bytes() {
    return files.values().stream().mapToLong(FileChecksum::bytes).sum();
  }

  /// The same with an evaluation.
  public GenerationManifest withEvaluation(
      SortedMap<String, Double> newEvaluation, SortedMap<String, FileChecksum> newFiles) {
    return new GenerationManifest(
        formatVersion,
        writtenBy,
        id,
        createdAt,
        parent,
        modelFingerprint,
        contentDigest,
        idType,
        dimension,
        metric,
        items,
        shards,
        index,
        carriedUpdates,
        newEvaluation,
        newFiles);
  }
}
