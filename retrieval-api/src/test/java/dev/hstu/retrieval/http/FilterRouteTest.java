package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.FIRST_ID;
import static dev.hstu.retrieval.serving.TinyGenerations.ITEMS;
import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static dev.hstu.retrieval.serving.TinyGenerations.year;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Filters and sets over HTTP: what passes comes back in the unfiltered order, nothing else does,
/// and what can't be meant is refused at its place.
class FilterRouteTest {

  @TempDir static Path folder;
  private static TinyGenerations generations;
  private static RunningService service;
  private static ServiceClient client;

  @BeforeAll
  static void serve() throws IOException, InterruptedException {
    generations = new TinyGenerations(folder);
    generations.publish(1);
    service = RunningService.start(generations.configuration(Map.of()));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
    client.put("/sets/blocked", "[%s,\"%s\",7]".formatted(id(3), id(4)));
  }

  @AfterAll
  static void stop() {
    client.close();
    service.close();
  }

  static List<Arguments> filters() {
    return List.of(
        filter("{'in':{'genres':['g1','g3','unheard of']}}", r -> r % 5 == 1 || r % 5 == 3),
        filter("{'in':{'year':[1981,'1990']}}", r -> year(r) == 1981 || year(r) == 1990),
        filter("{'in':{'title':['item 7']}}", r -> r == 7),
        filter("{'range':{'year':{'gte':1990,'lt':2000}}}", r -> year(r) / 10 == 199),
        filter("{'range':{'year':{'gt':2017.5}}}", r -> year(r) >= 2018),
        filter("{'not':{'set':'blocked'}}", r -> r != 3 && r != 4),
        filter("{'set':'blocked'}", r -> r == 3 || r == 4),
        filter("{'only':[%s,'%s',1]}".formatted(id(9), id(8)), r -> r == 9 || r == 8),
        filter("{'all':[]}", r -> true),
        filter("{'any':[]}", r -> false),
        filter(
            "{'all':[{'any':[{'in':{'genres':['g0']}},{'range':{'year':{'lte':1985}}}]},"
                + "{'not':{'only':[%s]}},{'not':{'set':'blocked'}}]}".formatted(id(10)),
            r -> (r % 5 == 0 || year(r) <= 1985) && r != 10 && r != 3 && r != 4));
  }

  private static Arguments filter(String json, IntPredicate passes) {
    return Arguments.of(json.replace('\'', '"'), passes);
  }

  @ParameterizedTest
  @MethodSource("filters")
  void whatPassesComesBackInTheUnfilteredOrder(String filter, IntPredicate passes)
      throws Exception {
    for (String history :
        List.of("", "\"events\":[{\"itemId\":%s,\"timestamp\":5}],".formatted(id(5)))) {
      List<String> all = client.retrieve("{%s\"k\":300}".formatted(history)).itemIds();
      List<String> expected = all.stream().filter(id -> passes.test(row(id))).toList();

      Answer whole = client.retrieve("{%s\"k\":300,\"filter\":%s}".formatted(history, filter));
      Answer few = client.retrieve("{%s\"k\":2,\"filter\":%s}".formatted(history, filter));

      assertThat(whole.itemIds()).isEqualTo(expected);
      assertThat(few.itemIds()).isEqualTo(expected.stream().limit(2).toList());
      assertThat(few.json().has("shortfall")).isEqualTo(expected.size() < 2);
      assertThat(whole.json().path("search").asText()).isEqualTo(history.isEmpty() ? "" : "exact");
    }
  }

  @Test
  void aShortfallCountsWhatPasses() throws Exception {
    JsonNode answer =
        client
            .retrieve(
                "{\"events\":[{\"itemId\":%s,\"timestamp\":5}],\"k\":100,\"filter\":{\"in\":{\"genres\":[\"g0\"]}}}"
                    .formatted(id(5)))
            .json();

    assertThat(answer.path("shortfall").path("returned").asInt()).isEqualTo(59);
    assertThat(answer.path("shortfall").path("reason").asText())
        .isEqualTo(
            "the catalogue has 300 items, 60 of them pass the filter and 1 of those are seen or"
                + " excluded");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | missing-field | /filter",
        "[] | wrong-type | /filter",
        "{'all':{}} | wrong-type | /filter/all",
        "{'al':[]} | unknown-field | /filter/al",
        "{'set':'blocked','not':{'set':'blocked'}} | unknown-field | /filter/not",
        "{'all':[{'set':'blocked'},{'set':'bloked'}]} | invalid-filter | /filter/all/1/set",
        "{'in':{}} | missing-field | /filter/in",
        "{'in':{'genre':['g0']}} | invalid-filter | /filter/in/genre",
        "{'in':{'genres':'g0'}} | wrong-type | /filter/in/genres",
        "{'in':{'genres':[true]}} | wrong-type | /filter/in/genres/0",
        "{'in':{'genres':[],'year':[]}} | unknown-field | /filter/in/year",
        "{'in':{'year':['soon']}} | invalid-filter | /filter/in/year/0",
        "{'range':{'title':{'gte':1}}} | invalid-filter | /filter/range/title",
        "{'range':{'year':{'ge':1}}} | unknown-field | /filter/range/year/ge",
        "{'range':{'year':{'gt':1,'gte':2}}} | unknown-field | /filter/range/year/gte",
        "{'range':{'year':{'gte':2,'lte':1}}} | invalid-filter | /filter/range/year",
        "{'range':{'year':{'gte':1e999}}} | out-of-range | /filter/range/year/gte",
        "{'only':[[1]]} | wrong-type | /filter/only/0"
      })
  void whatCannotBeMeantIsRefusedAtItsPlace(String filter, String type, String field)
      throws Exception {
    Answer answer = client.retrieve("{\"filter\":%s}".formatted(filter.replace('\'', '"')));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("type").asText()).isEqualTo("/errors#" + type);
    assertThat(answer.json().path("field").asText()).isEqualTo(field);
  }

  @Test
  void filtersAreBounded() throws Exception {
    String deep = "{\"not\":".repeat(9) + "{\"all\":[]}" + "}".repeat(9);
    assertThat(problem("{\"filter\":%s}".formatted(deep)))
        .isEqualTo("the filter nests more than 8 rules deep; say it flatter");
    String abyss = "{\"not\":".repeat(5_000) + "{\"all\":[]}" + "}".repeat(5_000);
    assertThat(problem("{\"filter\":%s}".formatted(abyss))).contains("nesting depth");
    String wide = "{\"all\":[]},".repeat(128);
    assertThat(problem("{\"filter\":{\"any\":[%s{\"all\":[]}]}}".formatted(wide)))
        .isEqualTo("the filter has more than 128 rules; use a named set");
    String values = "1,".repeat(1_000);
    assertThat(problem("{\"filter\":{\"in\":{\"year\":[%s1]}}}".formatted(values)))
        .isEqualTo("in has more than 1000 values; use a named set");
    String ids = "1,".repeat(10_000);
    assertThat(problem("{\"filter\":{\"only\":[%s1]}}".formatted(ids)))
        .isEqualTo("the filter lists more than 10000 ids; register them by PUT /sets/{name}");
  }

  private static String problem(String body) throws IOException, InterruptedException {
    Answer answer = client.retrieve(body);
    assertThat(answer.status()).isEqualTo(400);
    return answer.json().path("detail").asText();
  }

  @Test
  void aSetIsUsedReplacedListedAndDeleted() throws Exception {
    String some = "{\"k\":300,\"filter\":{\"set\":\"mine\"}}";
    assertThat(problem(some)).isEqualTo("no set 'mine' is registered; did you mean blocked?");

    JsonNode first = client.put("/sets/mine", id(1) + "\n\"" + id(2) + "\"\n" + id(2)).json();
    assertThat(first.path("ids").asInt()).isEqualTo(2);
    assertThat(client.retrieve(some).itemIds()).containsExactlyInAnyOrder(id(1), id(2));

    JsonNode second = client.put("/sets/mine", "[" + id(6) + "]").json();
    assertThat(second.path("version").asLong()).isGreaterThan(first.path("version").asLong());
    assertThat(client.retrieve(some).itemIds()).containsExactly(id(6));
    assertThat(client.get("/sets").json().path("sets"))
        .extracting(set -> set.path("name").asText() + set.path("ids").asInt())
        .containsExactly("blocked3", "mine1");

    assertThat(client.delete("/sets/mine").status()).isEqualTo(204);
    assertThat(client.delete("/sets/mine").status()).isEqualTo(404);
    assertThat(problem(some)).isEqualTo("no set 'mine' is registered; did you mean blocked?");
  }

  @Test
  void aSetLargerThanARequestMayBeIsRegistered() throws Exception {
    int ids = 500_000;
    String body =
        IntStream.range(0, ids)
            .mapToObj(i -> Long.toString(FIRST_ID + ITEMS / 2 + i))
            .collect(Collectors.joining("\n"));
    assertThat(body.length()).isGreaterThan(8 << 20);

    assertThat(client.put("/sets/large", body).json().path("ids").asInt()).isEqualTo(ids);
    assertThat(client.retrieve("{\"k\":300,\"filter\":{\"set\":\"large\"}}").itemIds())
        .hasSize(ITEMS / 2);
    assertThat(client.delete("/sets/large").status()).isEqualTo(204);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anUploadBeyondItsBoundIsRefused(boolean chunked) throws Exception {
    TinyGenerations others = new TinyGenerations(folder.resolve("small" + chunked));
    others.publish(1);
    byte[] body = ("[" + "1,".repeat(100_000) + "1]").getBytes(StandardCharsets.UTF_8);
    HttpRequest.BodyPublisher publisher =
        chunked
            ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))
            : BodyPublishers.ofByteArray(body);
    try (RunningService small =
            RunningService.start(
                others.configuration(
                    Map.of("serving.max-upload-bytes", "2048", "serving.grace-millis", "500")));
        ServiceClient caller = new ServiceClient(small)) {
      small.awaitReady(Duration.ofSeconds(30));
      Answer answer =
          caller.send(
              caller
                  .request("/sets/mine")
                  .header("Content-Type", "application/json")
                  .PUT(publisher));

      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.json().path("detail").asText())
          .isEqualTo(
              "the body is larger than 2048 bytes; send it in parts, or raise"
                  + " serving.max-upload-bytes");
      assertThat(caller.get("/sets").json().path("sets")).isEmpty();
    }
  }

  @Test
  void setsOutliveTheProcessAndTheGeneration() throws Exception {
    TinyGenerations others = new TinyGenerations(folder.resolve("restarted"));
    others.publish(1);
    try (RunningService one = RunningService.start(others.configuration(Map.of()));
        ServiceClient caller = new ServiceClient(one)) {
      one.awaitReady(Duration.ofSeconds(30));
      assertThat(caller.put("/sets/mine", "[" + id(1) + "]").status()).isEqualTo(200);
    }
    others.publish(2);
    try (RunningService two = RunningService.start(others.configuration(Map.of()));
        ServiceClient caller = new ServiceClient(two)) {
      two.awaitReady(Duration.ofSeconds(30));
      assertThat(caller.retrieve("{\"filter\":{\"set\":\"mine\"}}").itemIds())
          .containsExactly(id(1));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Mine | [1] | invalid-set | set name 'Mine' must be 1 to 64 of a-z, 0-9, _ and -, the first a letter or digit",
        "mine | [1,true] | wrong-type | id 2 is true and must be a string or an integer; send it so",
        "mine | [1,[2]] | malformed-json | ``",
        "mine | ['x'] | invalid-set | id 1: id 'x' is not a 64-bit decimal integer; declare the ids as utf8",
        "mine | [1 | malformed-json | ``",
        "mine | [1][2] | malformed-json | the body is more than one list; send one"
      })
  void badSetsAreRefused(String name, String body, String type, String detail) throws Exception {
    Answer answer = client.put("/sets/" + name, body.replace('\'', '"'));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("type").asText()).isEqualTo("/errors#" + type);
    if (!detail.isEmpty()) {
      assertThat(answer.json().path("detail").asText()).isEqualTo(detail);
    }
  }

  private static int row(String id) {
    return Math.toIntExact(Long.parseLong(id) - FIRST_ID);
  }
}
