package dev.hstu.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.config.Setting;
import dev.hstu.retrieval.http.ServiceClient;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import dev.hstu.retrieval.tier.EncoderServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/// Dashboard, alerts, runbook and the table of metrics speak of what a running service exports, by
/// the names and labels it exports it by.
class MonitoringFilesTest {

  private static final Path OPS = Path.of(System.getProperty("hstu.root"), "ops");

  /// Prometheus' own.
  private static final Set<String> PROMETHEUS = Set.of("up");

  private static final Set<String> PROMETHEUS_LABELS = Set.of("job", "instance", "le");
  private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
  private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:]+)(?:\\{(.*)})? \\S+");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  @TempDir static Path folder;

  /// Labels of every series, by its name; histograms and summaries by the names of their parts.
  private static final Map<String, Set<String>> SERIES = new TreeMap<>();

  /// Kinds by the name of the whole metric.
  private static final Map<String, String> KINDS = new TreeMap<>();

  @BeforeAll
  static void scrape() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    try (EncoderServer encoder =
            EncoderServer.start(generations.configuration(Map.of("encoder-server.port", "0")));
        RunningService service =
            RunningService.start(
                generations.configuration(
                    Map.of(
                        "encoder.endpoints",
                        encoder.address().toString(),
                        "updates.enabled",
                        "true",
                        "receipts.share",
                        "1",
                        "users.folder",
                        folder.resolve("users").toString())));
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(Duration.ofSeconds(30));
      client.retrieve("{\"k\":5}");
      client.retrieve(
          "{\"events\":[{\"itemId\":\"%s\",\"timestamp\":1}],\"k\":5}"
              .formatted(TinyGenerations.id(1)));
      Eventually.see(
          () -> client.get("/metrics").response().body(),
          metrics -> metrics.contains("hstu_recall_decayed{"));
      System.gc(); // pauses are exported after the first
      client.get("/metrics").response().body().lines().forEach(MonitoringFilesTest::read);
    }
  }

  private static void read(String line) {
    Matcher type = TYPE.matcher(line);
    Matcher sample = SAMPLE.matcher(line);
    if (type.matches()) {
      KINDS.put(type.group(1), type.group(2));
    } else if (sample.matches()) {
      Set<String> labels = SERIES.computeIfAbsent(sample.group(1), _ -> new TreeSet<>());
      if (sample.group(2) != null) {
        Pattern.compile("(\\w+)=\"(?:[^\"\\\\]|\\\\.)*\"")
            .matcher(sample.group(2))
            .results()
            .forEach(label -> labels.add(label.group(1)));
      }
    }
  }

  @Test
  void theTableListsTheServicesOwnMetricsAndNoOthers() throws IOException {
    Map<String, Row> table = table();
    Set<String> own =
        KINDS.keySet().stream()
            .filter(name -> name.startsWith("hstu_"))
            // The maximum that stands beside a histogram or summary.
            .filter(
                name -> !(name.endsWith("_max") && KINDS.containsKey(name.replaceAll("_max$", ""))))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(table.keySet().stream().filter(name -> name.startsWith("hstu_")))
        .containsExactlyInAnyOrderElementsOf(own);
    assertThat(KINDS.keySet()).containsAll(table.keySet());
    table.forEach(
        (name, row) -> {
          assertThat(row.kind()).as(name).startsWith(KINDS.get(name));
          Set<String> labels = new TreeSet<>();
          SERIES.forEach(
              (series, its) -> {
                if (series.equals(name) || series.matches(name + "_(count|sum|bucket)")) {
                  labels.addAll(its);
                }
              });
          labels.remove("le");
          assertThat(labels).as("labels of " + name).isSubsetOf(row.labels());
        });
  }

  @Test
  void everyQueryOfTheDashboardNamesWhatIsExported() throws IOException {
    JsonNode dashboard = dashboard();
    List<String> queries = new ArrayList<>();
    dashboard.findValues("expr").forEach(query -> queries.add(query.asText()));
    assertThat(queries).hasSizeGreaterThan(20);
    for (String query : queries) {
      requireExported(query);
    }
    String instances = dashboard.at("/templating/list/1/query/query").asText();
    assertThat(instances).startsWith("label_values(");
    assertThat(SERIES).containsKey(instances.replaceAll("label_values\\((\\w+),.*", "$1"));
  }

  @Test
  void theDashboardsPanelsHaveTheirOwnPlaces() throws IOException {
    Set<Integer> ids = new HashSet<>();
    Set<String> cells = new HashSet<>();
    for (JsonNode panel : dashboard().path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).as("id of %s", panel.path("title")).isTrue();
      JsonNode place = panel.path("gridPos");
      assertThat(place.path("x").asInt() + place.path("w").asInt()).isLessThanOrEqualTo(24);
      for (int x = 0; x < place.path("w").asInt(); x++) {
        for (int y = 0; y < place.path("h").asInt(); y++) {
          String cell = (place.path("x").asInt() + x) + "," + (place.path("y").asInt() + y);
          assertThat(cells.add(cell)).as("%s lies over another", panel.path("title")).isTrue();
        }
      }
      if (!panel.path("type").asText().equals("row")) {
        assertThat(panel.path("targets")).isNotEmpty();
        assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
      }
    }
  }

  @Test
  void everyAlertAsksForWhatIsExportedAndHasItsEntryInTheRunbook() throws IOException {
    String runbook = Files.readString(OPS.resolve("runbook.md"));
    List<String> entries =
        Pattern.compile("^## (Hstu\\w+)$", Pattern.MULTILINE)
            .matcher(runbook)
            .results()
            .map(entry -> entry.group(1))
            .toList();
    List<String> names = new ArrayList<>();
    for (Map<String, Object> alert : alerts()) {
      String name = alert.get("alert").toString();
      names.add(name);
      requireExported(alert.get("expr").toString());
      assertThat(map(alert.get("labels")).get("severity")).as(name).isIn("page", "ticket");
      assertThat(map(alert.get("annotations")).get("summary").toString()).as(name).isNotBlank();
      assertThat(map(alert.get("annotations")))
          .containsEntry("runbook_url", "ops/runbook.md#" + name.toLowerCase(Locale.ROOT));
    }
    assertThat(names).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(entries);
    for (String entry : runbook.split("(?m)^## ")) {
      if (entry.startsWith("Hstu")) {
        assertThat(entry).contains("- **Means.**", "- **Look at.**", "- **Do.**");
      }
    }
  }

  @Test
  void whatTheRunbookNamesExists() throws IOException {
    Set<String> settings =
        ServiceConfiguration.settings().stream().map(Setting::key).collect(Collectors.toSet());
    Set<String> concerns =
        settings.stream().map(key -> key.split("\\.")[0]).collect(Collectors.toSet());
    for (String page : List.of("runbook.md", "README.md")) {
      CODE.matcher(Files.readString(OPS.resolve(page)))
          .results()
          .map(code -> code.group(1))
          .forEach(
              code -> {
                if (code.matches("hstu_\\w+")) {
                  assertThat(KINDS).as(page).containsKey(code);
                }
                if (code.matches("[a-z]+\\.[a-z-]+(=.*)?")
                    && concerns.contains(code.split("\\.")[0])) {
                  assertThat(settings).as(page).contains(code.replaceAll("=.*", ""));
                }
              });
    }
  }

  @Test
  void prometheusReadsTheAlertsThatComposeMounts() throws IOException {
    Map<String, Object> prometheus =
        new Yaml().load(Files.readString(OPS.resolve("prometheus.yaml")));
    assertThat(prometheus).containsEntry("rule_files", List.of("alerts.yaml"));
    assertThat(map(((List<?>) prometheus.get("scrape_configs")).getFirst()))
        .containsEntry("job_name", "hstu-retrieval");
    assertThat(Files.readString(OPS.resolve("compose.yaml")))
        .contains("./alerts.yaml:/etc/prometheus/alerts.yaml:ro")
        .contains("./grafana/hstu-retrieval.json:/var/lib/grafana/dashboards/");
  }

  private static void requireExported(String query) {
    Set<String> metrics = PromQuery.metrics(query);
    assertThat(metrics).as(query).isNotEmpty();
    Set<String> labels = new TreeSet<>(PROMETHEUS_LABELS);
    for (String metric : metrics) {
      if (!PROMETHEUS.contains(metric)) {
        assertThat(SERIES).as(query).containsKey(metric);
        labels.addAll(SERIES.getOrDefault(metric, Set.of()));
      }
    }
    Pattern.compile("[{,]\\s*(\\w+)\\s*(?:=|!=|=~|!~)\\s*\"")
        .matcher(query)
        .results()
        .forEach(label -> assertThat(labels).as(query).contains(label.group(1)));
    Pattern.compile("(?:by|without|on|ignoring) \\(([^)]*)\\)")
        .matcher(query)
        .results()
        .flatMap(found -> Pattern.compile(", *").splitAsStream(found.group(1)))
        .forEach(label -> assertThat(labels).as(query).contains(label));
  }

  /// A row of the table.
  private record Row(Set<String> labels, String kind) {}

  private static Map<String, Row> table() throws IOException {
    Map<String, Row> rows = new TreeMap<>();
    for (String line : Files.readAllLines(OPS.resolve("METRICS.md"))) {
      if (line.startsWith("| `")) {
        String[] cells = line.split("\\|");
        Set<String> labels = new TreeSet<>();
        // Values of a label stand behind a colon.
        CODE.matcher(cells[2].replaceAll(":[^:]*$", ""))
            .results()
            .forEach(label -> labels.add(label.group(1)));
        rows.put(cells[1].strip().replace("`", ""), new Row(labels, cells[3].strip()));
      }
    }
    return rows;
  }

  private static JsonNode dashboard() throws IOException {
    return new ObjectMapper()
        .readTree(Files.readString(OPS.resolve("grafana/hstu-retrieval.json")));
  }

  private static List<Map<String, Object>> alerts() throws IOException {
    Map<String, Object> file = new Yaml().load(Files.readString(OPS.resolve("alerts.yaml")));
    List<Map<String, Object>> alerts = new ArrayList<>();
    for (Object group : (List<?>) file.get("groups")) {
      for (Object rule : (List<?>) map(group).get("rules")) {
        alerts.add(map(rule));
      }
    }
    return alerts;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }
}
