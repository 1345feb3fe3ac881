package dev.hstu.index;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.catalog.PopularityFile;
import dev.hstu.index.census.Census;
import dev.hstu.index.generation.BuildScratch;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationLayout;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.generation.ShardManifest;
import dev.hstu.index.generation.UnfinishedGeneration;
import dev.hstu.index.generation.UnreachableFile;
import dev.hstu.index.live.CarriedUpdates;
import dev.hstu.index.live.CarryReport;
import dev.hstu.index.live.UpdateLog;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.ItemIndexWriter;
import dev.hstu.index.search.OpenIndex;
import dev.hstu.index.search.RepairedIndex;
import dev.hstu.index.search.ShardRange;
import dev.hstu.index.tune.SearchPoint;
import dev.hstu.index.tune.TunedBuild;
import dev.hstu.index.tune.TuningFile;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.storage.ContentDigest;
import dev.hstu.kernels.storage.FileChecksum;
import dev.hstu.kernels.storage.ManifestVersion;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Builds generations: copies the model, writes the items, builds the index, has the result
/// evaluated, and gives it its name last. A build killed at any moment leaves nothing that a reader
/// could take for a generation, and the next build removes what it left.
public final class IndexBuilder {

  private static final Logger LOG = LoggerFactory.getLogger(IndexBuilder.class);

  private final BuildRequest request;
  private final BuildListener listener;
  private final ItemVectors vectors;
  private final UnfinishedGeneration target;
  private final String contentDigest;
  private final long carriedUpdates;

  private IndexBuilder(
      BuildRequest request,
      BuildListener listener,
      ItemVectors vectors,
      UnfinishedGeneration target,
      String contentDigest,
      long carriedUpdates) {
    this.request = request;
    this.listener = listener;
    this.vectors = vectors;
    this.target = target;
    this.contentDigest = contentDigest;
    this.carriedUpdates = carriedUpdates;
  }

  /// Builds a generation. It isn't published.
  ///
  /// @return its manifest
  /// @throws BuildRefusedException when the inputs don't belong together
  /// @throws dev.hstu.index.catalog.InvalidVectorException naming the item whose vector can't be
  ///     searched
  public static GenerationManifest build(BuildRequest request, BuildListener listener)
      throws IOException {
    List<String> removed = request.store().cleanUp();
    if (!removed.isEmpty()) {
      LOG.info("removed what earlier runs left: {}", removed);
    }
    try (ItemVectors vectors = ItemVectors.open(request.itemVectors())) {
      requireOneModel(request, vectors);
      StepProgress check = StepProgress.begin(listener, BuildStep.CHECK, vectors.ids().size());
      vectors.requireUnitVectors(check::at);
      requireSameIds(vectors.ids(), request.catalog().ids());
      return withUpdates(request, listener, vectors);
    }
  }

  private static GenerationManifest withUpdates(
      BuildRequest request, BuildListener listener, ItemVectors vectors) throws IOException {
    try (BuildScratch scratch = request.store().scratch()) {
      Optional<CarriedUpdates.Result> carried =
          CarriedUpdates.into(
              vectors,
              request.catalog(),
              request.store().root().resolve(UpdateLog.FOLDER),
              scratch.folder());
      if (carried.isEmpty()) {
        return build(request, listener, vectors, 0);
      }
      CarryReport report = carried.get().report();
      LOG.info("took in updates: {}", report);
      listener.carried(report);
      try (ItemVectors updated = ItemVectors.open(carried.get().itemVectors())) {
        return build(request.with(carried.get()), listener, updated, report.lastSequence());
      }
    }
  }

  private static GenerationManifest build(
      BuildRequest request, BuildListener listener, ItemVectors vectors, long carriedUpdates)
      throws IOException {
    String digest = contentDigest(request, vectors);
    try (UnfinishedGeneration target = request.store().begin(request.createdAt(), digest)) {
      return new IndexBuilder(request, listener, vectors, target, digest, carriedUpdates).build();
    }
  }

  /// SHA-256 over ids, vectors, attributes, popularity and settings: what a generation answers
  /// with, whatever bytes its index happens to have and whatever companions it keeps.
  static String contentDigest(BuildRequest request, ItemVectors vectors) {
    ContentDigest digest = new ContentDigest().add("hstu.generation");
    vectors.ids().digest(digest);
    digest.add((long) vectors.matrix().dimension()).add(vectors.matrix().data());
    Catalog catalog = request.catalog();
    catalog.attributes().digest(digest);
    digest.add(catalog.popularity(), 0, catalog.size());
    digest.add(ItemVectors.METRIC).add(request.modelFingerprint());
    request.index().digest(digest);
    return digest.hex();
  }

  private GenerationManifest build() throws IOException {
    copyInputs();
    writeIndex();
    IndexSettings index = examined();
    SortedMap<String, FileChecksum> files = seal();
    GenerationManifest draft = draft(request.store().currentId().orElse(null), index, files);
    GenerationManifest manifest = evaluated(draft);
    target.commit(manifest);
    LOG.info("built generation {} of {} items", manifest.id(), manifest.items());
    return manifest;
  }

  private void copyInputs() throws IOException {
    List<Path> modelFiles = modelFiles();
    long total = Files.size(request.itemVectors());
    for (Path file : modelFiles) {
      total += Files.size(file);
    }
    StepProgress progress = StepProgress.begin(listener, BuildStep.COPY, total);
    long copied = 0;
    Path model = Files.createDirectories(target.folder().resolve(GenerationLayout.MODEL));
    for (Path file : modelFiles) {
      Files.copy(file, model.resolve(file.getFileName()));
      copied += Files.size(file);
      progress.at(copied);
    }
    Path copy = target.folder().resolve(GenerationLayout.VECTORS);
    Files.createDirectories(copy.getParent());
    Files.copy(request.itemVectors(), copy);
    requireUnchanged(copy);
    Catalog catalog = request.catalog();
    catalog.attributes().write(target.folder().resolve(GenerationLayout.ATTRIBUTES));
    PopularityFile.write(
        target.folder().resolve(GenerationLayout.POPULARITY), catalog.popularity());
    copyCompanions();
    progress.end();
  }

  private void copyCompanions() throws IOException {
    for (Path companion : request.companions()) {
      if (!Files.isRegularFile(companion)) {
        throw new BuildRefusedException(companion + " is no plain file; give an existing file");
      }
      Files.copy(companion, target.folder().resolve(companion.getFileName()));
    }
  }

  /// What was checked is what is mapped; a file replaced meanwhile would be copied unchecked.
  private void requireUnchanged(Path copy) throws IOException {
    try (SafetensorsFile copied = SafetensorsFile.open(copy)) {
      if (!vectors.equalsContentOf(copied)) {
        throw new BuildRefusedException(
            request.itemVectors() + " was replaced during the build; build again");
      }
    }
  }

  private List<Path> modelFiles() throws IOException {
    Path folder = request.modelFolder();
    if (!Files.isDirectory(folder)) {
      throw new BuildRefusedException(folder + " is no model folder");
    }
    try (Stream<Path> children = Files.list(folder)) {
      List<Path> files = children.sorted().limit(BuildRequest.MAX_MODEL_FILES + 1L).toList();
      for (Path file : files) {
        if (!Files.isRegularFile(file)) {
          throw new BuildRefusedException(file + " is no plain file; give a model folder");
        }
      }
      if (files.isEmpty() || files.size() > BuildRequest.MAX_MODEL_FILES) {
        throw new BuildRefusedException(
            "%s must hold 1..%d files; give a model folder"
                .formatted(folder, BuildRequest.MAX_MODEL_FILES));
      }
      return files;
    }
  }

  private void writeIndex() throws IOException {
    ItemIndexWriter.write(
        shardFolders(),
        vectors.matrix(),
        request.index(),
        request.workers(),
        StepProgress.ofIndex(listener, vectors.matrix().rows()));
  }

  /// Takes the census and calibrates the search, on the index opened once. The evaluation opens it
  /// again, from the sealed files, as a server will.
  private IndexSettings examined() throws IOException {
    try (OpenIndex index = OpenIndex.open(request.index(), shardFolders(), vectors.matrix())) {
      listUnreachable(index);
      return calibrated(index);
    }
  }

  /// Rows that no search comes to are listed, to be compared with every query. Where there are too
  /// many for that the index is left as it is, for the gate to refuse.
  private void listUnreachable(OpenIndex index) throws IOException {
    int[] unreachable = Census.unreachable(index);
    if (unreachable.length > RepairedIndex.MAX_ROWS) {
      LOG.warn(
          "{} of {} items cannot be reached through the index, more than the {} that can be"
              + " searched one by one; build with more connections",
          unreachable.length,
          vectors.matrix().rows(),
          RepairedIndex.MAX_ROWS);
    } else if (unreachable.length > 0) {
      LOG.info("{} items cannot be reached through the index and are listed", unreachable.length);
      UnreachableFile.write(target.folder().resolve(GenerationLayout.UNREACHABLE), unreachable);
    }
  }

  /// The settings with the search that reaches the tuning's recall over all items; as they are
  /// where no tuning chose them.
  private IndexSettings calibrated(OpenIndex index) throws IOException {
    StepProgress progress = StepProgress.begin(listener, BuildStep.CALIBRATE, 1);
    if (request.tuned().isEmpty()) {
      progress.end();
      return request.index();
    }
    TunedBuild tuned = request.tuned().get();
    SearchPoint found = tuned.calibrate(index, request.index(), vectors.matrix());
    TuningFile.write(target.folder().resolve(GenerationLayout.TUNING), tuned.tuning(), found);
    progress.end();
    return request.index().withSearch(found.search());
  }

  private List<Path> shardFolders() {
    return shards().stream().map(shard -> target.folder().resolve(shard.folder())).toList();
  }

  private List<ShardManifest> shards() {
    List<ShardRange> ranges = ShardRange.divide(vectors.matrix().rows(), request.index().shards());
    return IntStream.range(0, ranges.size())
        .mapToObj(s -> new ShardManifest(GenerationLayout.shard(s), ranges.get(s).rows()))
        .toList();
  }

  private SortedMap<String, FileChecksum> seal() throws IOException {
    long total = 0;
    try (Stream<Path> tree = Files.walk(target.folder())) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        total += Files.size(file);
      }
    }
    StepProgress progress = StepProgress.begin(listener, BuildStep.SEAL, total);
    return target.checksums(progress::at);
  }

  private GenerationManifest draft(
      @Nullable String parent, IndexSettings index, SortedMap<String, FileChecksum> files) {
    int items = vectors.matrix().rows();
    return new GenerationManifest(
        GenerationManifest.FORMAT_VERSION,
        ManifestVersion.writer(),
        target.id(),
        target.createdAt(),
        parent,
        request.modelFingerprint(),
        contentDigest,
        vectors.ids().type(),
        vectors.matrix().dimension(),
        ItemVectors.METRIC,
        items,
        shards(),
        index,
        carriedUpdates,
        new TreeMap<>(),
        files);
  }

  private GenerationManifest evaluated(GenerationManifest draft) throws IOException {
    StepProgress progress = StepProgress.begin(listener, BuildStep.EVALUATE, 1);
    Optional<GenerationEvaluation> evaluation;
    try (Generation candidate = target.openUnpublished(draft)) {
      evaluation = request.evaluator().evaluate(candidate);
    }
    progress.end();
    if (evaluation.isEmpty()) {
      return draft;
    }
    SortedMap<String, FileChecksum> files = new TreeMap<>(draft.files());
    files.put(
        GenerationLayout.EVALUATION_JSON,
        store(GenerationLayout.EVALUATION_JSON, evaluation.get().json()));
    files.put(
        GenerationLayout.EVALUATION_HTML,
        store(GenerationLayout.EVALUATION_HTML, evaluation.get().html()));
    return draft.withEvaluation(evaluation.get().summary(), files);
  }

  private FileChecksum store(String name, String content) throws IOException {
    return FileChecksum.of(Files.writeString(target.folder().resolve(name), content));
  }

  private static void requireOneModel(BuildRequest request, ItemVectors vectors)
      throws BuildRefusedException {
    if (!vectors.modelFingerprint().equals(request.modelFingerprint())) {
      throw new BuildRefusedException(
          "%s comes from model %s and %s is model %s; embed with the model to be served"
              .formatted(
                  request.itemVectors(),
                  vectors.modelFingerprint(),
                  request.modelFolder(),
                  request.modelFingerprint()));
    }
  }

  private static boolean sameId(IdTable expected, IdTable found, int row) {
    return expected.type() == IdType.INT64
        ? expected.longAt(row) == found.longAt(row)
        : expected.idAt(row).equals(found.idAt(row));
  }

  private static void requireSameIds(IdTable expected, IdTable found) throws BuildRefusedException {
    if (expected.size() != found.size() || expected.type() != found.type()) {
      throw new BuildRefusedException(
          "the catalogue has %d %s ids and the item vectors %d %s; align it to the vectors"
              .formatted(found.size(), found.type(), expected.size(), expected.type()));
    }
    for (int row = 0; row < expected.size(); row++) {
      if (!sameId(expected, found, row)) {
        throw new BuildRefusedException(
            "row %d is item '%s' in the catalogue and '%s' in the item vectors; align it to them"
                .formatted(row, found.idAt(row), expected.idAt(row)));
      }
    }
  }
}
