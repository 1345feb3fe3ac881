package dev.hstu.benchmarks.vectors;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.retrieval.evaluate.LeaveOneOut;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Where vectors and queries come from. What is made is kept in the folder given and made only
/// once.
public sealed interface VectorSource {

  /// A name for the data, the same for the same data, fit for a folder.
  String name() throws IOException;

  /// Opens the data.
  ///
  /// @param folder for this data alone
  /// @param k the largest k to be asked
  /// @param arena closes the mappings
  /// @param progress told rows or queries done
  SearchData open(Path folder, int k, Arena arena, LongConsumer progress) throws IOException;

  /// Drawn from a seed.
  record Generated(MixtureShape shape, int rows, int dimension, int queries, long seed)
      implements VectorSource {

    @Override
    public String name() {
      return "%s-%dx%d-seed%d-%dq"
          .formatted(shape.name().toLowerCase(Locale.ROOT), rows, dimension, seed, queries);
    }

    @Override
    public SearchData open(Path folder, int k, Arena arena, LongConsumer progress)
        throws IOException {
      Path base = folder.resolve("base.fbin");
      Path asked = folder.resolve("queries.fbin");
      if (!Files.exists(base) || !Files.exists(asked)) {
        MixtureVectors mixture = new MixtureVectors(shape, dimension, seed);
        mixture.writeItems(base, rows, progress);
        float[][] drawn = mixture.queries(queries);
        FloatVectorFile.write(asked, queries, dimension, q -> drawn[q]);
      }
      return SearchData.open(name(), base, asked, null, folder, k, arena, progress);
    }
  }

  /// Files as in big-ann-benchmarks.
  ///
  /// @param truth `.ibin`, or null to scan
  record FromFiles(Path base, Path queries, @Nullable Path truth) implements VectorSource {

    @Override
    public String name() throws IOException {
      return "%s-%08x"
          .formatted(
              base.getFileName().toString().replace(".fbin", ""),
              List.of(base.toRealPath(), queries.toRealPath()).hashCode());
    }

    @Override
    public SearchData open(Path folder, int k, Arena arena, LongConsumer progress)
        throws IOException {
      return SearchData.open(name(), base, queries, truth, folder, k, arena, progress);
    }
  }

  /// The item vectors of a trained model, and its embeddings of real users: each asks at the time
  /// of the event kept from training.
  ///
  /// @param model folder that `hstu train` wrote
  /// @param data prepared data of the same items
  /// @param queries users at most, drawn at random
  record FromModel(Path model, Path data, int queries, long seed) implements VectorSource {

    private static final int BATCH = 64;

    @Override
    public String name() throws IOException {
      try (OpenModel open = ModelFolder.open(model)) {
        return "model-%.12s-%dq".formatted(open.model().fingerprint(), queries);
      }
    }

    @Override
    public SearchData open(Path folder, int k, Arena arena, LongConsumer progress)
        throws IOException {
      Path base = folder.resolve("base.fbin");
      Path asked = folder.resolve("queries.fbin");
      if (!Files.exists(base) || !Files.exists(asked)) {
        try (OpenModel open = ModelFolder.open(model)) {
          writeItems(open.model(), base);
          writeUsers(open.model(), asked, progress);
        }
      }
      return SearchData.open(name(), base, asked, null, folder, k, arena, progress);
    }

    private static void writeItems(Model from, Path file) throws IOException {
      int dimension = from.config().embeddingDim();
      float[] vector = new float[dimension];
      FloatVectorFile.write(
          file,
          from.config().items(),
          dimension,
          row -> {
            from.copyItemVector(row + 1L, vector, 0);
            return vector;
          });
    }

    private void writeUsers(Model from, Path file, LongConsumer progress) throws IOException {
      PreparedData prepared = PreparedData.open(data);
      if (prepared.items().size() != from.config().items()) {
        throw new IllegalArgumentException(
            "data has %d items, the model %d; give the data that the model was trained on"
                .formatted(prepared.items().size(), from.config().items()));
      }
      List<UserHistory> histories = histories(prepared.log());
      List<float[]> embeddings = new ArrayList<>();
      try (UserEncoder encoder = Encoder.open(from, EngineChoice.of(Engine.DJL))) {
        for (int first = 0; first < histories.size(); first += BATCH) {
          int end = Math.min(histories.size(), first + BATCH);
          Collections.addAll(embeddings, encoder.encode(histories.subList(first, end)));
          progress.accept(end);
        }
      }
      FloatVectorFile.write(file, embeddings.size(), from.config().embeddingDim(), embeddings::get);
    }

    private List<UserHistory> histories(InteractionLog log) {
      LeaveOneOut cases = new LeaveOneOut(log, LeaveOneOut.Target.TEST);
      List<Integer> order = new ArrayList<>();
      for (int c = 0; c < cases.cases(); c++) {
        order.add(c);
      }
      Collections.shuffle(order, new Random(seed));
      return order.stream().limit(queries).map(cases::history).toList();
    }
  }
}
