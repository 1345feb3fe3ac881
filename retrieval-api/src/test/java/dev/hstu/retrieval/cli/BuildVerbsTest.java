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
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.admission.StepParameters;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `hstu build`, `publish`, `rollback` and `generations` as a user types them.
final class BuildVerbsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private CommandLineRun last = new CommandLineRun(0, "", "");

  @BeforeEach
  void prepare() throws IOException {
    IdTable modelIds = IdTable.ofStrings(List.of("b", "c", "a"));
    writeModel("model", modelIds, 1);
    IdTable dataIds = IdTable.ofStrings(List.of("a", "b", "unknown to the model"));
    InteractionLog log =
        new InteractionLog(
            new long[] {0, 2, 3}, new int[] {1, 2, 1}, new long[] {1, 2, 3}, new float[3]);
    PreparedData.write(
        folder.resolve("data"),
        new Provenance(List.of(), new TreeMap<>(), Clock.parse("wall"), new TreeMap<>(), 0, 0),
        log,
        IdTable.ofStrings(List.of("u", "v")),
        dataIds,
        AttributeTable.withoutColumns(3));
  }

  @Test
  void buildsPublishesListsAndRollsBack() throws IOException {
    JsonNode first = json(build("--json", "--publish"));
    JsonNode second = json(build("--json"));
    assertThat(first.get("items").asInt()).isEqualTo(3);
    assertThat(first.get("published").asBoolean()).isTrue();
    assertThat(second.get("content_digest")).isEqualTo(first.get("content_digest"));
    String firstId = first.get("generation").asText();
    String secondId = second.get("generation").asText();

    assertThat(run("publish", "latest", "--generations", generations())).isZero();
    assertThat(last.out())
        .contains("published " + secondId + "; hstu rollback returns to " + firstId);
    JsonNode list = json(run("generations", "--json", "--generations", generations()));
    assertThat(list.get("current").asText()).isEqualTo(secondId);
    assertThat(list.get("generations").findValuesAsText("state"))
        .containsExactly("current", "previous");
    assertThat(list.get("generations").get(0).get("parent").asText()).isEqualTo(firstId);

    assertThat(run("rollback", "--reason", "it was slow", "--generations", generations())).isZero();
    assertThat(last.out()).contains("returned to " + firstId + " from " + secondId);
    assertThat(folder.resolve("generations/publications.log"))
        .content()
        .contains("\"action\":\"rollback\",\"generation\":\"" + firstId, "it was slow");
    assertThat(run("generations", "--generations", generations())).isZero();
    assertThat(last.out()).contains(firstId + "  current").contains(secondId + "  ready");
  }

  @Test
  void itemsFollowTheOrderOfTheVectors() throws IOException {
    String id = json(build("--json")).get("generation").asText();

    try (Generation generation = GenerationStore.at(folder.resolve("generations")).open(id)) {
      assertThat(generation.ids().idAt(0)).isEqualTo("b");
      assertThat(generation.popularity()).containsExactly(1, 0, 2);
      assertThat(ModelFolder.open(generation.modelFolder()).model().fingerprint())
          .isEqualTo(generation.manifest().modelFingerprint());
    }
  }

  @Test
  void refusesInOneSentence() throws IOException {
    assertThat(run("rollback", "--generations", generations())).isEqualTo(2);
    assertThat(last.err()).contains("hstu: no generation was published before any");
    assertThat(run("publish", "latest", "--generations", generations())).isEqualTo(2);
    assertThat(last.err()).contains("there is no generation in");
    assertThat(run("publish", "../elsewhere", "--generations", generations())).isEqualTo(2);
    assertThat(last.err()).contains("generation '../elsewhere' is not in");
    writeModel("other", IdTable.ofStrings(List.of("b", "c", "a")), 2);
    assertThat(build("--model", folder.resolve("other").toString())).isEqualTo(2);
    assertThat(last.err()).contains("embed with the model to be served");
    assertThat(build("--vectors", folder.resolve("none").toString())).isEqualTo(2);
    assertThat(last.err()).contains("none doesn't exist");
    assertThat(run("generations", "--generations", generations())).isZero();
    assertThat(last.out()).contains("no generations in").contains("run hstu build");
  }

  @Test
  void stepsOfTheLadderAreMeasuredAsTheServiceHasThem() throws IOException {
    Path ladder = folder.resolve("service.yaml");
    Files.writeString(ladder, "ladder:\n  history-events: 2\nserving:\n  port: 1234\n");

    String id = json(build("--json", "--ladder", ladder.toString())).get("generation").asText();

    try (Generation generation = GenerationStore.at(folder.resolve("generations")).open(id)) {
      assertThat(generation.manifest().evaluation())
          .containsEntry("ladder.history-events", 2.0)
          .containsEntry("ladder.search-beam", (double) StepParameters.DEFAULT.searchBeam());
    }
    Files.writeString(ladder, "ladder:\n  history-event: 2\n");
    assertThat(build("--ladder", ladder.toString())).isEqualTo(2);
    assertThat(last.err()).contains("did you mean ladder.history-events?");
  }

  @Test
  void aDamagedGenerationIsShownAndNotPublished() throws IOException {
    String id = json(build("--json")).get("generation").asText();
    Files.delete(folder.resolve("generations").resolve(id).resolve("model/config.json"));

    assertThat(run("publish", id, "--generations", generations())).isEqualTo(3);
    assertThat(last.out())
        .contains("files BLOCKS: generation " + id + ": model/config.json is missing")
        .contains("generation " + id + " is blocked by files");
    assertThat(last.err()).contains("hstu: not published");
    assertThat(run("generations", "--generations", generations())).isZero();
    assertThat(last.out()).contains(id + "  damaged").contains("model/config.json is missing");
  }

  @Test
  void aBlockedGenerationIsPublishedByForceOnlyAndShownSo() throws IOException {
    String id = json(build("--json")).get("generation").asText();
    Path bounds = folder.resolve("gate.yaml");
    Files.writeString(bounds, "gate:\n  min-golden-users: 1\n  min-popularity-ratio: 90\n");
    List<String> publish =
        List.of("publish", id, "--generations", generations(), "--gate", bounds.toString());

    assertThat(run(publish.toArray(new String[0]))).isEqualTo(3);
    assertThat(last.out()).contains("generation " + id + " is blocked by beats-popularity");
    assertThat(run(with(publish, "--force", "so"))).isEqualTo(2);
    assertThat(last.err()).contains("the reason 'so' must be one line of 10..500 characters");
    assertThat(GenerationStore.at(folder.resolve("generations")).currentId()).isEmpty();

    Path page = folder.resolve("gate.html");
    JsonNode forced =
        json(
            run(
                with(
                    publish,
                    "--force",
                    "the rehearsal needs one",
                    "--json",
                    "--html",
                    page.toString())));
    assertThat(forced.get("forced").asBoolean()).isTrue();
    assertThat(forced.get("current").asText()).isEqualTo(id);
    assertThat(forced.get("verdict").get("passed").asBoolean()).isFalse();
    assertThat(page).content().contains("is blocked by beats-popularity");
    assertThat(folder.resolve("generations/publications.log"))
        .content()
        .contains("the rehearsal needs one", "beats-popularity", id);
    assertThat(run("generations", "--generations", generations())).isZero();
    assertThat(last.out()).contains(id + "  current (forced)");
  }

  @Test
  void aWrongBoundIsRefusedBeforeAnythingIsDone() throws IOException {
    String id = json(build("--json")).get("generation").asText();
    Path bounds = folder.resolve("gate.yaml");
    Files.writeString(bounds, "gate:\n  min-recal: 0.5\n");

    assertThat(run("publish", id, "--generations", generations(), "--gate", bounds.toString()))
        .isEqualTo(2);
    assertThat(last.err()).contains("did you mean gate.min-recall?");
  }

  private static String[] with(List<String> arguments, String... more) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return all.toArray(new String[0]);
  }

  @Test
  void keepsAsManyAsAsked() throws IOException {
    build();
    build("--publish");
    JsonNode third = json(build("--json", "--publish", "--keep", "1"));

    JsonNode list =
        json(run("generations", "--json", "--keep", "1", "--generations", generations()));
    assertThat(list.get("generations").findValuesAsText("id"))
        .hasSize(2)
        .first()
        .isEqualTo(third.get("generation").asText());
  }

  private String generations() {
    return folder.resolve("generations").toString();
  }

  /// Builds from the folder's inputs; options given later win.
  private int build(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("build", "--generations", generations(), "--workers", "1"));
    List<String> given = List.of(more);
    arguments.addAll(List.of("--data", folder.resolve("data").toString()));
    if (!given.contains("--model")) {
      arguments.addAll(List.of("--model", folder.resolve("model").toString()));
    }
    if (!given.contains("--vectors")) {
      arguments.addAll(List.of("--vectors", folder.resolve("model.vectors").toString()));
    }
    arguments.addAll(given);
    return run(arguments.toArray(new String[0]));
  }

  private int run(String... arguments) {
    last = CommandLineRun.of(arguments);
    return last.exitCode();
  }

  private JsonNode json(int exitCode) throws IOException {
    assertThat(exitCode).as(() -> last.err()).isZero();
    return JSON.readTree(last.out());
  }

  /// A model of the least shape and, beside it, its item vectors.
  private void writeModel(String name, IdTable ids, long seed) throws IOException {
    HstuConfig config = new HstuConfig(ids.size(), 4, 1, 2, 1, 2, 2, 1, .05, 1);
    SplittableRandom random = new SplittableRandom(seed);
    float[] embeddings = values(random, (ids.size() + 1) * 2);
    HstuBlock block =
        new HstuBlock(
            values(random, 2 * config.projectionWidth()),
            values(random, 2 * 2),
            values(random, 2),
            values(random, 2 * config.slots() - 1),
            values(random, HstuConfig.TIME_BUCKETS + 1));
    ModelWeights weights =
        new ModelWeights(
            MemorySegment.ofArray(embeddings), values(random, config.slots() * 2), List.of(block));
    Model model = new NetworkModel(config, Clock.parse("wall"), ids, weights);
    ModelFolder.save(folder.resolve(name), model);
    ItemVectorFile.write(folder.resolve(name + ".vectors"), model, done -> {});
  }

  private static float[] values(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
