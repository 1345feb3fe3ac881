package dev.hstu.retrieval.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.Provenance;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `hstu evaluate` as a user types it, on a model trained for a moment.
final class EvaluateVerbTest {

  private static final int ITEMS = 60;
  private static final int USERS = 80;
  private static final int EVENTS = 8;
  private static final long DAY = 86_400;

  /// The first event of a user's later half is past this.
  private static final long SPLIT = 1_700_000_000 + 100 * DAY;

  @TempDir private static Path folder;

  private CommandLineRun last = new CommandLineRun(0, "", "");

  @BeforeAll
  static void prepare() throws IOException {
    write("data", EVENTS);
    write("before", EVENTS / 2);
    train("data", "model", "42");
    train("data", "other", "7");
    train("before", "earlier", "42");
  }

  /// The same users and events, of which each user keeps the first `kept`.
  private static void write(String name, int kept) throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    int[] items = new int[USERS * kept];
    long[] times = new long[USERS * kept];
    float[] actions = new float[USERS * kept];
    for (int u = 0; u < USERS; u++) {
      int topic = random.nextInt(6);
      int[] order = IntStream.range(0, ITEMS / 6).toArray();
      for (int e = 0; e < EVENTS; e++) {
        int other = e + random.nextInt(order.length - e);
        int drawn = order[other];
        order[other] = order[e];
        int action = 1 + random.nextInt(5);
        long later = random.nextLong(20 * DAY);
        if (e < kept) {
          items[u * kept + e] = 1 + topic * (ITEMS / 6) + drawn;
          actions[u * kept + e] = action;
          times[u * kept + e] = SPLIT + (e - EVENTS / 2) * 25 * DAY + later;
        }
      }
    }
    long[] offsets = new long[USERS + 1];
    Arrays.setAll(offsets, u -> (long) u * kept);
    PreparedData.write(
        folder.resolve(name),
        new Provenance(List.of(), new TreeMap<>(), Clock.parse("wall"), new TreeMap<>(), 0, 0),
        new InteractionLog(offsets, items, times, actions),
        IdTable.ofStrings(IntStream.range(0, USERS).mapToObj(u -> "user" + u).toList()),
        IdTable.ofStrings(IntStream.range(0, ITEMS).mapToObj(i -> "item" + i).toList()),
        attributes());
  }

  /// Ten items a topic; a user's events are all of one.
  private static AttributeTable attributes() {
    AttributeTableBuilder builder =
        new AttributeTableBuilder(List.of(new AttributeColumn("topic", AttributeKind.TEXT)));
    for (int item = 0; item < ITEMS; item++) {
      builder.text(0, "topic" + item / (ITEMS / 6)).endRow();
    }
    return builder.build();
  }

  private static void train(String data, String model, String seed) {
    CommandLineRun run =
        CommandLineRun.of(
            "train",
            "--data",
            path(data),
            "--out",
            path(model),
            "--preset",
            "small",
            "--epochs",
            "2",
            "--seed",
            seed,
            "--hold-out",
            data.equals("before") ? "0" : "1");
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  /// With a filter of one topic ten items are left, of which a user has seen seven.
  @Test
  void onlyItemsThatAFilterAcceptsAreRanked() throws IOException {
    String topic = "{\"in\": {\"topic\": [\"topic2\"]}}";
    assertThat(evaluate("model", "--filter", topic, "--json")).as(last.err()).isZero();
    JsonNode one = last.json();
    assertThat(one.path("cases").asInt()).isPositive();
    assertThat(one.path("settings").path("filter").asText()).isEqualTo("accepts 10 of 60 items");
    for (JsonNode ranking : one.path("rankings")) {
      assertThat(ranking.path("metrics").path("hitRate").path("10").asDouble()).isEqualTo(1.0);
      assertThat(ranking.path("metrics").path("mrr").asDouble()).isBetween(1 / 3.0, 1.0);
    }

    assertThat(evaluate("model", "--filter", "{\"not\": " + topic + "}", "--json")).isZero();
    assertThat(last.json().path("cases").asInt()).isEqualTo(USERS - one.path("cases").asInt());
  }

  @Test
  void aFilterThatCannotBeIsRefusedInOneSentence() {
    assertThat(evaluate("model", "--filter", "{\"in\": {\"genre\": [\"x\"]}}")).isEqualTo(2);
    assertThat(last.err()).contains("genre").contains("topic");
    assertThat(evaluate("model", "--filter", "{\"inn\": {}}")).isEqualTo(2);
    assertThat(last.err()).contains("hstu: --filter: /inn");
    assertThat(evaluate("model", "--filter", "{\"all\": []}", "--leaks")).isEqualTo(2);
    assertThat(last.err()).contains("leave out --filter");
  }

  @Test
  void aModelIsMeasuredInEverySlice() throws IOException {
    assertThat(evaluate("model", "--json")).as(last.err()).isZero();
    JsonNode report = last.json();

    assertThat(report.path("protocol").asText())
        .isEqualTo(
            "leave-one-out over the whole catalogue, target = last event, request time = target");
    assertThat(report.path("requestTime").asText()).isEqualTo("target");
    assertThat(report.path("cases").asInt()).isEqualTo(USERS);
    assertThat(report.path("caution").isMissingNode()).isTrue();
    for (String by :
        List.of("history length", "target's popularity", "target's action", "user came back")) {
      long users = 0;
      for (JsonNode slice : report.path("slices")) {
        if (slice.path("by").asText().equals(by)
            && slice.path("seen").asText().equals("exclude=all")) {
          users += slice.path("metrics").path("users").asLong();
        }
      }
      assertThat(users).as(by).isEqualTo(USERS);
    }
    JsonNode lists = report.path("lists").get(0);
    assertThat(lists.path("users").asInt()).isEqualTo(USERS);
    assertThat(lists.path("coverage").asDouble()).isBetween(.1, 1.0);
    assertThat(report.path("settings").path("training").asText()).contains("hold-out 1");

    Path page = folder.resolve("report.html");
    assertThat(evaluate("model", "--exclude", "all", "--html", page.toString())).isZero();
    assertThat(last.out())
        .contains("history length", "5-9 events", "coverage", "exclude=all")
        .doesNotContain("exclude=window");
    assertThat(Files.readString(page)).contains("<svg", "Hit rate");
  }

  @Test
  void theRequestTimeIsAPropertyOfTheProtocol() throws IOException {
    assertThat(evaluate("model", "--request-time", "last-event", "--json")).isZero();
    assertThat(last.json().path("protocol").asText()).endsWith("request time = last-event");
    assertThat(evaluate("model", "--request-time", "never")).isEqualTo(2);
    assertThat(last.err()).contains("'never' is not known; give target or last-event");
  }

  @Test
  void aTimeSplitNeedsAModelThatEndsBeforeIt() throws IOException {
    String split = Long.toString(SPLIT);
    assertThat(evaluate("model", "--split-time", split)).isEqualTo(2);
    assertThat(last.err())
        .contains("so it has seen what is to be found from " + SPLIT + " on")
        .contains("hstu import --until " + SPLIT);

    assertThat(evaluate("earlier", "--split-time", split, "--json")).isZero();
    assertThat(last.json().path("caution").asText()).contains("name it with --training-data");
    assertThat(
            evaluate("earlier", "--split-time", split, "--training-data", path("before"), "--json"))
        .isZero();
    JsonNode report = last.json();
    assertThat(report.path("caution").isMissingNode()).isTrue();
    assertThat(report.path("protocol").asText()).startsWith("time split at " + SPLIT);
    assertThat(report.path("cases").asInt()).isPositive();

    assertThat(evaluate("earlier", "--split-time", split, "--training-data", path("data")))
        .isEqualTo(2);
    assertThat(last.err()).contains("--training-data has the fingerprint");
    assertThat(evaluate("model", "--split-time", "2001-01-01")).isEqualTo(2);
    assertThat(last.err()).contains("no user has events both before and after 978307200");
    assertThat(evaluate("model", "--split-time", "soon")).isEqualTo(2);
    assertThat(last.err()).contains("'soon' is no instant");
  }

  @Test
  void aComparisonSaysWhatCanBeSaid() throws IOException {
    Path page = folder.resolve("comparison.html");
    assertThat(compare("model", "other", "--metric", "hr@10", "--html", page.toString()))
        .as(last.err())
        .isZero();
    assertThat(last.out())
        .contains("A: model " + path("model"), "B: model " + path("other"), "detectable")
        .contains("80 users by both");
    assertThat(last.out().strip().lines().reduce((first, line) -> line).orElseThrow())
        .startsWith("HR@10, exact, exclude=all: ");
    assertThat(Files.readString(page)).contains("<svg", "B - A");

    assertThat(compare("model", "model", "--json")).isZero();
    JsonNode same = last.json();
    assertThat(same.path("decisive").asText()).isEqualTo("HR@100");
    assertThat(same.path("decision").asText()).contains("the same for every user");
    for (JsonNode difference : same.path("differences")) {
      assertThat(difference.path("outcome").asText()).isEqualTo("SAME");
    }
    assertThat(compare("model", "none")).isEqualTo(2);
    assertThat(last.err()).contains("generation '").contains("none' is not in");
    assertThat(compare("model", "other", "--metric", "auc")).isEqualTo(2);
    assertThat(last.err()).contains("metric 'auc' is not compared; choose one of [HR@10");
    assertThat(compare("model", "other", "--leaks")).isEqualTo(2);
  }

  @Test
  void leaksAreFoundAndPriced() throws IOException {
    assertThat(evaluate("model", "--leaks")).as(last.err() + last.out()).isZero();
    assertThat(last.out()).contains("80 cases held against 9 kinds of leaks: none found");

    Path cases = folder.resolve("cases.ndjson");
    Files.writeString(
        cases,
        """
        {"userId": "user0", "events": [{"itemId": "item1", "timestamp": 10}, {"itemId": "item2", "timestamp": 90}], "requestTime": 50, "target": {"itemId": "item5", "timestamp": 50}}
        {"userId": "new", "events": [{"itemId": "item1", "timestamp": 10}], "requestTime": 50, "target": {"itemId": "item5", "timestamp": 50}, "candidates": ["item5", "item7"]}
        """);
    assertThat(evaluate("model", "--leaks", "--cases", cases.toString(), "--json")).isEqualTo(1);
    assertThat(last.json().path("leaks").findValuesAsText("kind"))
        .containsExactly("future-event", "later-events-in-training", "sampled-ranking");
    assertThat(evaluate("model", "--cases", cases.toString())).isEqualTo(2);
    assertThat(last.err()).contains("--cases and --held-out-users are for --leaks");
  }

  private int compare(String a, String b, String... options) {
    last =
        CommandLineRun.of(
            Stream.concat(
                    Stream.of("evaluate", "--compare", path(a), path(b), "--data", path("data")),
                    Arrays.stream(options))
                .toArray(String[]::new));
    return last.exitCode();
  }

  private int evaluate(String model, String... options) {
    last =
        CommandLineRun.of(
            Stream.concat(
                    Stream.of("evaluate", "--model", path(model), "--data", path("data")),
                    Arrays.stream(options))
                .toArray(String[]::new));
    return last.exitCode();
  }

  private static String path(String name) {
    return folder.resolve(name).toString();
  }
}
