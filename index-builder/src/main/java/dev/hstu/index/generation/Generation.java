package dev.hstu.index.generation;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.catalog.PopularityFile;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.IndexedVectors;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.OpenIndex;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.index.search.SearchPlan;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// One generation, checked and open for search: everything a server needs but the running encoder.
/// Any thread may search; the owner closes it when the last search has ended, after which searches
/// fail.
public final class Generation implements AutoCloseable {

  private final Path folder;
  private final GenerationManifest manifest;
  private final ItemVectors vectors;
  private final Catalog catalog;
  private final OpenIndex opened;
  private final ItemIndex index;
  private final ExactScan exactScan;

  private Generation(
      Path folder,
      GenerationManifest manifest,
      ItemVectors vectors,
      Catalog catalog,
      OpenIndex opened,
      ItemIndex index) {
    this.folder = folder;
    this.manifest = manifest;
    this.vectors = vectors;
    this.catalog = catalog;
    this.opened = opened;
    this.index = index;
    this.exactScan = new ExactScan(vectors.matrix());
  }

  /// Opens a folder whose files are known to be whole.
  ///
  /// @param parallelism shards of one search that are searched at once
  /// @throws DamagedGenerationException when its parts don't belong together
  static Generation open(Path folder, GenerationManifest manifest, int parallelism)
      throws IOException {
    ItemVectors vectors =
        read(manifest, GenerationLayout.VECTORS, () -> openVectors(folder, manifest));
    try {
      Catalog catalog = openCatalog(folder, manifest, vectors.ids());
      OpenIndex opened =
          read(manifest, "index", () -> openIndex(folder, manifest, vectors, parallelism));
      ItemIndex index =
          read(
              manifest,
              GenerationLayout.UNREACHABLE,
              () ->
                  UnreachableFile.repair(
                      opened, vectors.matrix(), folder.resolve(GenerationLayout.UNREACHABLE)));
      return new Generation(folder, manifest, vectors, catalog, opened, index);
    } catch (IOException | RuntimeException e) {
      vectors.close();
      throw e;
    }
  }

  public GenerationManifest manifest() {
    return manifest;
  }

  /// The manifest's id, which every response names.
  public String id() {
    return manifest.id();
  }

  /// The index to serve from.
  public ItemIndex index() {
    return index;
  }

  /// How the index is to be searched by who has no wishes of their own: as was found right for it
  /// when it was built, with the planner's choice between index and scan.
  public SearchOptions searchOptions() {
    return manifest.index().search().options(SearchPlan.AUTO);
  }

  /// The truth over the same vectors.
  public ExactScan exactScan() {
    return exactScan;
  }

  /// The vectors by row, readable until this closes.
  public VectorMatrix vectors() {
    return vectors.matrix();
  }

  /// What is known of the items beside their vectors.
  public Catalog catalog() {
    return catalog;
  }

  /// External ids of the catalogue rows.
  public IdTable ids() {
    return catalog.ids();
  }

  public AttributeTable attributes() {
    return catalog.attributes();
  }

  /// Interactions of each item, by row; shared, not to be changed.
  public long[] popularity() {
    return catalog.popularity();
  }

  /// Compares what the index's files hold with the item vectors, every one or `most` spread evenly.
  ///
  /// @throws IOException when the index can't be read
  public IndexedVectors indexedVectors(int most) throws IOException {
    List<Path> shards =
        manifest.shards().stream().map(shard -> folder.resolve(shard.folder())).toList();
    return IndexedVectors.compare(manifest.index(), shards, vectors.matrix(), most);
  }

  /// A file that the build was given to keep beside the rest, by its name.
  public Optional<Path> companion(String name) {
    return manifest.files().containsKey(name) && GenerationLayout.isFree(name)
        ? Optional.of(folder.resolve(name))
        : Optional.empty();
  }

  /// The model's folder, to be opened by the encoder; check its fingerprint with
  /// [#requireModel].
  public Path modelFolder() {
    return folder.resolve(GenerationLayout.MODEL);
  }

  /// Refuses a model whose user vectors would give plausible nonsense here.
  ///
  /// @throws DamagedGenerationException when the fingerprint is another than the vectors' model has
  public void requireModel(String fingerprint) throws DamagedGenerationException {
    if (!fingerprint.equals(manifest.modelFingerprint())) {
      throw new DamagedGenerationException(
          id(),
          GenerationLayout.MODEL,
          "has fingerprint %s and the item vectors come from model %s; build with the model's own vectors"
              .formatted(fingerprint, manifest.modelFingerprint()));
    }
  }

  /// Unmaps vectors and index; a second call does nothing.
  @Override
  public void close() throws IOException {
    try {
      opened.close();
    } finally {
      vectors.close();
    }
  }

  private static ItemVectors openVectors(Path folder, GenerationManifest manifest)
      throws IOException {
    ItemVectors vectors = ItemVectors.open(folder.resolve(GenerationLayout.VECTORS));
    try {
      requireEqual("model fingerprint", vectors.modelFingerprint(), manifest.modelFingerprint());
      requireEqual("number of items", vectors.ids().size(), manifest.items());
      requireEqual("dimension", vectors.matrix().dimension(), manifest.dimension());
      requireEqual("id type", vectors.ids().type(), manifest.idType());
      return vectors;
    } catch (IOException e) {
      vectors.close();
      throw e;
    }
  }

  private static OpenIndex openIndex(
      Path folder, GenerationManifest manifest, ItemVectors vectors, int parallelism)
      throws IOException {
    List<Path> shards =
        manifest.shards().stream().map(shard -> folder.resolve(shard.folder())).toList();
    return OpenIndex.open(manifest.index(), shards, vectors.matrix(), parallelism);
  }

  private static void requireEqual(String what, Object found, Object expected) throws IOException {
    if (!found.equals(expected)) {
      throw new IOException(
          "its %s is %s and that of %s is %s; the files are of different generations"
              .formatted(what, found, GenerationLayout.MANIFEST, expected));
    }
  }

  private static Catalog openCatalog(Path folder, GenerationManifest manifest, IdTable ids)
      throws IOException {
    AttributeTable attributes =
        read(
            manifest,
            GenerationLayout.ATTRIBUTES,
            () -> AttributeTable.read(folder.resolve(GenerationLayout.ATTRIBUTES)));
    long[] popularity =
        read(
            manifest,
            GenerationLayout.POPULARITY,
            () -> PopularityFile.read(folder.resolve(GenerationLayout.POPULARITY)));
    return read(manifest, "items", () -> new Catalog(ids, attributes, popularity));
  }

  /// Gives every failure of a part the names of generation and part.
  private static <T> T read(GenerationManifest manifest, String part, PartReader<T> reader)
      throws IOException {
    try {
      return reader.read();
    } catch (IOException | IllegalArgumentException e) {
      throw new DamagedGenerationException(manifest.id(), part, e);
    }
  }

  @FunctionalInterface
  private interface PartReader<T> {
    T read() throws IOException;
  }
}
