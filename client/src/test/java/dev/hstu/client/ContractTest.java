package dev.hstu.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.http.ServiceClient;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/// The client and the contract that a running service publishes say the same.
class ContractTest {

  private static final Path PAGE = Path.of(System.getProperty("hstu.root"), "client", "README.md");

  /// Records by the schema whose fields they have.
  private static final Map<Class<? extends Record>, String> SCHEMAS =
      Map.ofEntries(
          Map.entry(RetrieveRequest.class, "RetrieveRequest"),
          Map.entry(Event.class, "Event"),
          Map.entry(UserAttribute.class, "UserAttribute"),
          Map.entry(RetrieveAnswer.class, "RetrieveResponse"),
          Map.entry(RetrieveAnswer.Candidate.class, "Candidate"),
          Map.entry(RetrieveAnswer.Shortfall.class, "Shortfall"),
          Map.entry(RetrieveAnswer.Timings.class, "Timings"),
          Map.entry(History.class, "History"),
          Map.entry(Problem.class, "Problem"),
          Map.entry(UpdateReceipt.class, "UpdateReceipt"),
          Map.entry(UpdateResult.class, "LineResult"),
          Map.entry(NamedSets.class, "Sets"),
          Map.entry(NamedSets.NamedSet.class, "Set"),
          Map.entry(Items.class, "Items"),
          Map.entry(Items.Item.class, "Item"),
          Map.entry(Items.Attributes.class, "Attributes"),
          Map.entry(Items.Attribute.class, "Attribute"),
          Map.entry(StoredUser.class, "StoredUser"),
          Map.entry(StoredUser.Receipt.class, "UserEventsReceipt"),
          Map.entry(StoredUser.Forgotten.class, "ForgottenUser"),
          Map.entry(Explanation.class, "ExplainResponse"),
          Map.entry(Explanation.Cause.class, "Cause"),
          Map.entry(Explanation.Contribution.class, "Contribution"),
          Map.entry(Explanation.Closest.class, "ClosestItem"),
          Map.entry(Generations.class, "Generations"),
          Map.entry(Generations.Generation.class, "Generation"),
          Map.entry(Generations.Contents.class, "GenerationContents"),
          Map.entry(Generations.Details.class, "GenerationDetails"),
          Map.entry(Generations.Verdict.class, "Verdict"),
          Map.entry(Generations.Publication.class, "Published"));

  @TempDir static Path folder;
  private static Map<String, Object> contract;

  @BeforeAll
  static void read() throws Exception {
    try (RunningService service =
            RunningService.start(new TinyGenerations(folder).configuration(Map.of()));
        ServiceClient client = new ServiceClient(service)) {
      contract = new Yaml().load(client.get("/openapi.yml").response().body());
    }
  }

  @Test
  void everyOperationHasAMethodOrStandsInTheListOfThoseWithout() throws IOException {
    Set<String> published = new TreeSet<>();
    map(contract.get("paths"))
        .values()
        .forEach(
            path ->
                map(path)
                    .values()
                    .forEach(
                        operation -> published.add((String) map(operation).get("operationId"))));
    Set<String> called =
        Arrays.stream(RetrievalClient.class.getMethods())
            .filter(method -> method.isAnnotationPresent(Operation.class))
            .map((Method method) -> method.getAnnotation(Operation.class).value())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> without = without();

    assertThat(published).containsAll(called).containsAll(without);
    assertThat(called).doesNotContainAnyElementsOf(without);
    published.removeAll(called);
    published.removeAll(without);
    assertThat(published).as("operations without a method and without a reason").isEmpty();
  }

  @Test
  void recordsHaveFieldsOfTheContractOnly() {
    Map<String, Object> schemas = map(map(contract.get("components")).get("schemas"));
    SCHEMAS.forEach(
        (type, name) ->
            assertThat(map(map(schemas.get(name)).get("properties")).keySet())
                .as("%s is the schema %s", type.getSimpleName(), name)
                .containsAll(
                    Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList()));
  }

  private static Set<String> without() throws IOException {
    Set<String> names = new TreeSet<>();
    List<String> lines = Files.readAllLines(PAGE);
    for (String line :
        lines.subList(lines.indexOf("## Operations without a method"), lines.size())) {
      if (line.startsWith("| `")) {
        Pattern.compile("`(\\w+)`")
            .matcher(line.split("\\|")[1])
            .results()
            .forEach(name -> names.add(name.group(1)));
      }
    }
    return names;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }
}
