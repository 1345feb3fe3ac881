package dev.hstu.retrieval.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.encoder.model.HstuBlock;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.Provenance;
import dev.hstu.encoder.weights.ItemVectorFile;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationLayout;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.tune.IndexWish;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `hstu tune`, and `hstu build` by what it chose.
final class TuneVerbTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int USERS = 40;
  private static final int EVENTS = 4;

  @TempDir private Path folder;

  @Test
  void whatWasChosenIsBuiltCalibratedAndKeptWithTheGeneration() throws IOException {
    writeInputs(3_000);
    Path tuning = folder.resolve("tuning.json");
    Path page = folder.resolve("tuning.html");

    CommandLineRun tuned = tune("--out", tuning.toString(), "--html", page.toString());
    CommandLineRun built = build("--tuning", tuning.toString(), "--shards", "2");

    assertThat(tuned.exitCode()).as(tuned.err()).isZero();
    assertThat(tuned.out()).contains("3,000 items").contains("40 queries of users");
    assertThat(Files.readString(page)).contains("Chosen: ").doesNotContain("http");
    JsonNode choice = chosen(JSON.readTree(tuning.toFile()));
    assertThat(built.exitCode()).as(built.err()).isZero();
    String id = JSON.readTree(built.out()).get("generation").asText();
    GenerationStore store = GenerationStore.at(folder.resolve("generations"));
    try (Generation generation = store.open(id)) {
      IndexSettings index = generation.manifest().index();
      assertThat(index.type().name()).isEqualTo(choice.at("/settings/type").asText());
      assertThat(index.shards()).isEqualTo(2);
      JsonNode kept =
          JSON.readTree(store.root().resolve(id).resolve(GenerationLayout.TUNING).toFile());
      assertThat(kept.get("tuning")).isEqualTo(JSON.readTree(tuning.toFile()).get("tuning"));
      assertThat(kept.at("/calibrated/recall").asDouble()).isGreaterThanOrEqualTo(.9);
      assertThat(kept.at("/calibrated/search/recall").asDouble())
          .isEqualTo(index.search().recall());
      assertThat(generation.manifest().files()).containsKey(GenerationLayout.TUNING);
    }
  }

  @Test
  void withoutWordALargeCatalogueIsMeasuredAndASmallOneScanned() throws IOException {
    writeInputs(IndexWish.SCANNED_ITEMS + 1);
    JsonNode large = JSON.readTree(build("--no-evaluate").out());
    Path built = folder.resolve("generations").resolve(large.get("generation").asText());
    assertThat(built.resolve(GenerationLayout.TUNING)).exists();

    Path small = folder.resolve("small");
    Files.createDirectories(small);
    folder = small;
    writeInputs(100);
    JsonNode scanned = JSON.readTree(build("--no-evaluate").out());
    Path exact = folder.resolve("generations").resolve(scanned.get("generation").asText());
    assertThat(exact.resolve(GenerationLayout.TUNING)).doesNotExist();
    assertThat(JSON.readTree(exact.resolve(GenerationLayout.MANIFEST).toFile()).at("/index/type"))
        .hasToString("\"EXACT\"");
  }

  @Test
  void aGoalOutOfReachEndsWithTheNearest() throws IOException {
    writeInputs(3_000);

    CommandLineRun tuned = tune("--ram", "1m");

    assertThat(tuned.exitCode()).isEqualTo(1);
    assertThat(tuned.err()).contains("no index of 3,000 items reaches recall 0.9 at k=20");
    assertThat(tuned.err()).contains("nearest is");
  }

  @Test
  void badInputIsRefusedInOneSentence() throws IOException {
    writeInputs(100);
    Path other = folder.resolve("other.json");
    Files.writeString(other, "{\"format_version\": 1}");

    assertThat(tune("--recall", "1").err()).contains("recall=1.0 must be above 0 and below 1");
    assertThat(tune("--sample", "10").err()).contains("sampleRows=10 must be at least");
    CommandLineRun built = build("--tuning", other.toString());
    assertThat(built.exitCode()).isEqualTo(2);
    assertThat(built.err()).contains("other.json").contains("cannot be read");
  }

  private static JsonNode chosen(JsonNode tuning) {
    for (JsonNode option : tuning.at("/tuning/options")) {
      if (option.get("outcome").asText().equals("CHOSEN")) {
        return option;
      }
    }
    throw new AssertionError("nothing was chosen in " + tuning);
  }

  private CommandLineRun tune(String... more) {
    return run(
        more,
        "tune",
        "--k",
        "20",
        "--recall",
        "0.9",
        "--workers",
        "1",
        "--sample",
        "1000",
        "--engine",
        "reference");
  }

  private CommandLineRun build(String... more) {
    return run(
        more,
        "build",
        "--json",
        "--workers",
        "1",
        "--engine",
        "reference",
        "--generations",
        folder.resolve("generations").toString());
  }

  /// Options given later win.
  private CommandLineRun run(String[] more, String... arguments) {
    List<String> given = List.of(more);
    List<String> line = new ArrayList<>(List.of(arguments));
    line.addAll(List.of("--data", folder.resolve("data").toString()));
    line.addAll(List.of("--model", folder.resolve("model").toString()));
    line.addAll(List.of("--vectors", folder.resolve("vectors.safetensors").toString()));
    for (int i = 0; i + 1 < given.size(); i += 2) {
      int before = line.indexOf(given.get(i));
      if (before >= 0) {
        line.remove(before);
        line.remove(before);
      }
    }
    line.addAll(given);
    return CommandLineRun.of(line.toArray(String[]::new));
  }

  /// Prepared data of a few users and a model of random weights over so many items.
  private void writeInputs(int items) throws IOException {
    IdTable ids = IdTable.ofLongs(LongStream.rangeClosed(1, items).toArray());
    SplittableRandom random = new SplittableRandom(items);
    int events = USERS * EVENTS;
    InteractionLog log =
        new InteractionLog(
            IntStream.rangeClosed(0, USERS).mapToLong(u -> (long) u * EVENTS).toArray(),
            IntStream.range(0, events).map(e -> 1 + random.nextInt(items)).toArray(),
            LongStream.range(0, events).toArray(),
            new float[events]);
    PreparedData.write(
        folder.resolve("data"),
        new Provenance(List.of(), new TreeMap<>(), Clock.parse("wall"), new TreeMap<>(), 0, 0),
        log,
        IdTable.ofLongs(LongStream.range(0, USERS).toArray()),
        ids,
        AttributeTable.withoutColumns(items));
    Model model = model(ids, random);
    ModelFolder.save(folder.resolve("model"), model);
    ItemVectorFile.write(folder.resolve("vectors.safetensors"), model, done -> {});
  }

  private static Model model(IdTable ids, SplittableRandom random) {
    int d = 8;
    HstuConfig config = new HstuConfig(ids.size(), 4, 1, d, 1, 2, 2, 1, .05, 1);
    HstuBlock block =
        new HstuBlock(
            values(random, d * config.projectionWidth()),
            values(random, d * 2),
            values(random, d),
            values(random, 2 * config.slots() - 1),
            values(random, HstuConfig.TIME_BUCKETS + 1));
    ModelWeights weights =
        new ModelWeights(
            MemorySegment.ofArray(values(random, (ids.size() + 1) * d)),
            values(random, config.slots() * d),
            List.of(block));
    return new NetworkModel(config, Clock.parse("wall"), ids, weights);
  }

  private static float[] values(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
