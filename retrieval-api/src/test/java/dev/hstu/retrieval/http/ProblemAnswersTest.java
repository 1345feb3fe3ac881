package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every way to ask wrongly, and the exact answer: always problem details, with the value, the mend
/// and a pointer to the field.
class ProblemAnswersTest {

  private static final long NOW = 1_700_000_000L;
  private static final int MAX_BODY_BYTES = 20_000;

  @TempDir static Path folder;
  private static RunningService service;
  private static ServiceClient client;

  @BeforeAll
  static void serve() throws IOException, InterruptedException {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    service =
        RunningService.start(
            generations.configuration(
                Map.of(
                    "retrieval.max-events", "3",
                    "retrieval.max-excluded-items", "2",
                    "retrieval.max-id-length", "24",
                    "serving.max-header-bytes", "2048",
                    "serving.max-body-bytes", Integer.toString(MAX_BODY_BYTES))),
            InstantSource.fixed(Instant.ofEpochSecond(NOW)));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
  }

  @AfterAll
  static void stop() {
    client.close();
    service.close();
  }

  static Stream<Arguments> invalidRequests() {
    return Stream.of(
        // k
        invalid(
            "{'k':0}",
            "out-of-range",
            "/k",
            "k=0 must be within 1..1000; send another k or leave it out for 100"),
        invalid(
            "{'k':1001}",
            "out-of-range",
            "/k",
            "k=1001 must be within 1..1000; send another k or leave it out for 100"),
        invalid(
            "{'k':99999999999999999999}",
            "out-of-range",
            "/k",
            "k=99999999999999999999 must be within 1..1000; send another k or leave it out for"
                + " 100"),
        invalid(
            "{'k':'10'}",
            "wrong-type",
            "/k",
            "k is the string '10' and must be an integer; send it so"),
        invalid("{'k':10.0}", "wrong-type", "/k", "k is 10.0 and must be an integer; send it so"),
        invalid("{'k':[1]}", "wrong-type", "/k", "k is a list and must be an integer; send it so"),
        // times
        invalid(
            "{'requestTime':1700000000000}",
            "milliseconds",
            "/requestTime",
            "requestTime=1700000000000 is above 100000000000 and so not in seconds; divide"
                + " milliseconds by 1000"),
        invalid(
            "{'requestTime':-1}",
            "out-of-range",
            "/requestTime",
            "requestTime=-1 must be within 0..100000000000; send seconds since 1970"),
        invalid(
            "{'requestTime':'now'}",
            "wrong-type",
            "/requestTime",
            "requestTime is the string 'now' and must be an integer; send it so"),
        invalid(
            "{'events':[{'itemId':1,'timestamp':1700000000000}]}",
            "milliseconds",
            "/events/0/timestamp",
            "timestamp=1700000000000 is above 100000000000 and so not in seconds; divide"
                + " milliseconds by 1000"),
        invalid(
            "{'events':[{'itemId':1,'timestamp':1.5}]}",
            "wrong-type",
            "/events/0/timestamp",
            "timestamp is 1.5 and must be an integer; send it so"),
        invalid(
            "{'events':[{'itemId':1,'timestamp':9},{'itemId':2,'timestamp':8}]}",
            "unsorted-events",
            "/events/1/timestamp",
            "timestamp=8 is before the 9 of the event before it; send events oldest first"),
        invalid(
            "{'events':[{'itemId':1,'timestamp':5},{'itemId':2,'timestamp':11},{'itemId':3,'timestamp':12}],'requestTime':10}",
            "future-event",
            "/events/1/timestamp",
            "timestamp=11 is later than requestTime=10; leave later events out or send a later"
                + " requestTime"),
        invalid(
            "{'events':[{'itemId':1,'timestamp':1700000001}]}",
            "future-event",
            "/events/0/timestamp",
            "timestamp=1700000001 is later than the server's clock=1700000000; leave later events"
                + " out or send a requestTime"),
        // events and ids
        invalid(
            "{'events':{}}",
            "wrong-type",
            "/events",
            "events is an object and must be a list; send it so"),
        invalid(
            "{'events':[7]}",
            "wrong-type",
            "/events/0",
            "entry 0 of events is 7 and must be an object; send it so"),
        invalid(
            "{'events':[null]}",
            "wrong-type",
            "/events/0",
            "entry 0 of events is null and must be an object; send it so"),
        invalid(
            "{'events':[{'timestamp':1}]}",
            "missing-field",
            "/events/0/itemId",
            "the event has no itemId; each event needs itemId and timestamp"),
        invalid(
            "{'events':[{'itemId':1}]}",
            "missing-field",
            "/events/0/timestamp",
            "the event has no timestamp; each event needs itemId and timestamp"),
        invalid(
            "{'events':[{'itemId':1.5,'timestamp':1}]}",
            "wrong-type",
            "/events/0/itemId",
            "itemId is 1.5 and must be a string or an integer; send it so"),
        invalid(
            "{'events':[{'itemId':null,'timestamp':1}]}",
            "wrong-type",
            "/events/0/itemId",
            "itemId is null and must be a string or an integer; send it so"),
        invalid(
            "{'events':[{'itemId':'','timestamp':1}]}",
            "out-of-range",
            "/events/0/itemId",
            "itemId has 0 characters and must have 1..24; send the id itself"),
        invalid(
            "{'events':[{'itemId':'1234567890123456789012345','timestamp':1}]}",
            "out-of-range",
            "/events/0/itemId",
            "itemId has 25 characters and must have 1..24; send the id itself"),
        invalid(
            "{'events':[{'itemId':1,'timestamp':1,'action':'liked'}]}",
            "wrong-type",
            "/events/0/action",
            "action is the string 'liked' and must be a number; send it so"),
        invalid(
            "{'events':[{'itemId':1,'timestamp':1,'action':1e99}]}",
            "out-of-range",
            "/events/0/action",
            "action=1e99 does not fit a float32; send a smaller number"),
        invalid(
            "{'events':[{'itemId':1,'timestamp':1},{'itemId':1,'timestamp':1},{'itemId':1,'timestamp':1},{'itemId':1,'timestamp':1}]}",
            "too-many-entries",
            "/events",
            "events has more than 3 entries; send the newest ones"),
        invalid(
            "{'excludeItemIds':[1,2,3]}",
            "too-many-entries",
            "/excludeItemIds",
            "excludeItemIds has more than 2 entries; send fewer"),
        invalid(
            "{'excludeItemIds':[1,true]}",
            "wrong-type",
            "/excludeItemIds/1",
            "entry 1 of excludeItemIds is true and must be a string or an integer; send it so"),
        invalid(
            "{'excludeSeen':'yes'}",
            "wrong-type",
            "/excludeSeen",
            "excludeSeen is the string 'yes' and must be true or false; send it so"),
        invalid(
            "{'userId':{}}",
            "wrong-type",
            "/userId",
            "userId is an object and must be a string or an integer; send it so"),
        // fields
        invalid(
            "{'evnts':[]}",
            "unknown-field",
            "/evnts",
            "'evnts' is not a field here; did you mean events?"),
        invalid(
            "{'events':[{'itemId':1,'time':1}]}",
            "unknown-field",
            "/events/0/time",
            "'time' is not a field here; did you mean timestamp?"),
        invalid(
            "{'userAttributes':{}}",
            "wrong-type",
            "/userAttributes",
            "userAttributes is an object and must be a list; send it so"),
        invalid(
            "{'userAttributes':[{'name':'town'}]}",
            "missing-field",
            "/userAttributes/0/value",
            "the attribute has no value; each attribute needs name and value"),
        invalid(
            "{'userAttributes':[{'name':'town','value':7,'vaule':3}]}",
            "unknown-field",
            "/userAttributes/0/vaule",
            "'vaule' is not a field here; did you mean value?"),
        invalid(
            "{'userAttributes':["
                + String.join(",", Collections.nCopies(257, "{'name':'town','value':7}"))
                + "]}",
            "too-many-entries",
            "/userAttributes",
            "userAttributes has more than 256 entries; send those of the model's series, the newest"
                + " changes of each"),
        // JSON
        invalid("", "malformed-json", "", "the body is empty; send one JSON object"),
        invalid("  ", "malformed-json", "", "the body is empty; send one JSON object"),
        invalid("[]", "wrong-type", "", "the body is a list and must be an object; send it so"),
        invalid("null", "wrong-type", "", "the body is null and must be an object; send it so"),
        invalid(
            "{'k':1} {}",
            "malformed-json",
            "",
            "there is more after the request's closing brace; send one JSON object"));
  }

  @ParameterizedTest
  @MethodSource("invalidRequests")
  void anInvalidRequestIsAnsweredWithTheFieldAndTheMend(
      String body, String type, String field, String detail) throws Exception {
    Answer answer = client.retrieve(body);

    JsonNode problem = requireProblem(answer, 400, type);
    assertThat(problem.path("detail").asText()).isEqualTo(detail);
    assertThat(problem.path("field").isTextual()).isTrue();
    assertThat(problem.path("field").asText()).isEqualTo(field);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{'k':}",
        "{'k':01}",
        "{'k':NaN}",
        "{'k':1,}",
        "{'k':1,'k':2}",
        "{\"events\":[{\"itemId\":\"\u0001\"}]}",
        "{'events':[[[[[[[[[[[[[[[[[[[[",
        "{'requestTime':1111111111222222222233333333334444444444555555555566666666667777777777888888888899999999990000000000123}"
      })
  void whatIsNotJsonIsAnsweredWithThePlace(String body) throws Exception {
    JsonNode problem =
        requireProblem(client.retrieve(body.replace('\'', '"')), 400, "malformed-json|wrong-type");

    assertThat(problem.path("detail").asText())
        .matches(".*(at line 1, column [0-9]+|is a list|maximum allowed).*");
  }

  @Test
  void bytesThatAreNotUtf8AreMalformed() throws Exception {
    byte[] body = {'{', '"', 'k', (byte) 0xC3, '"', ':', '1', '}'};

    requireProblem(
        client.send(
            client
                .request("/retrieve")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(body))),
        400,
        "malformed-json");
  }

  @Test
  void oversizedBodiesAre413WhetherTheirLengthIsDeclaredOrNot() throws Exception {
    byte[] body = " ".repeat(MAX_BODY_BYTES + 1).getBytes(StandardCharsets.UTF_8);
    Answer declared =
        client.send(
            client
                .request("/retrieve")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(body)));
    Answer chunked =
        client.send(
            client
                .request("/retrieve")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body))));

    String detail =
        "the body is larger than 20000 bytes; send fewer events, or raise serving.max-body-bytes";
    assertThat(requireProblem(declared, 413, "body-too-large").path("detail").asText())
        .isEqualTo(detail);
    assertThat(requireProblem(chunked, 413, "body-too-large").path("detail").asText())
        .isEqualTo(detail);
  }

  @Test
  void theLargestBodyAllowedIsTaken() throws Exception {
    String body = "{\"k\":1}";

    assertThat(client.retrieve(body + " ".repeat(MAX_BODY_BYTES - body.length())).status())
        .isEqualTo(200);
  }

  @Test
  void headersBeyondTheBoundAre431() throws Exception {
    Answer answer =
        client.send(client.request("/health/live").header("X-Long", "a".repeat(5000)).GET());

    assertThat(requireProblem(answer, 431, "headers-too-large").path("detail").asText())
        .isEqualTo(
            "the headers are larger than 2048 bytes; send fewer, or raise"
                + " serving.max-header-bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/retrive",
        "/retrieve/batch/es",
        "/health",
        "/beans",
        "/env",
        "/prometheus",
        "/loggers"
      })
  void unknownRoutesAre404EvenToABrowser(String path) throws Exception {
    Answer answer = client.send(client.request(path).header("Accept", "text/html").GET());

    assertThat(requireProblem(answer, 404, "not-found").path("detail").asText())
        .isEqualTo(
            path
                + " is not a route; POST /retrieve is the main one and GET /openapi.yml lists all");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/html", "text/html,application/xhtml+xml;q=0.9", "*/*"})
  void theConsoleAnswersABrowser(String accept) throws Exception {
    Answer answer = client.send(client.request("/").header("Accept", accept).GET());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("content-type")).startsWith("text/html");
  }

  @Test
  void theWrongMethodIs405WithTheRightOne() throws Exception {
    Answer answer = client.get("/retrieve");

    assertThat(requireProblem(answer, 405, "method-not-allowed").path("detail").asText())
        .isEqualTo("/retrieve does not take GET; the Allow header says what it takes");
    assertThat(answer.header("allow")).isEqualTo("POST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/xml"})
  void theWrongMediaTypeIs415(String type) throws Exception {
    Answer answer =
        client.send(
            client
                .request("/retrieve")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString("{}")));

    assertThat(requireProblem(answer, 415, "unsupported-media-type").path("detail").asText())
        .isEqualTo("/retrieve takes JSON only; send Content-Type: application/json");
  }

  @Test
  void anAnswerThatCannotBeGivenAsAskedIs406() throws Exception {
    Answer answer =
        client.send(
            client
                .request("/retrieve")
                .header("Content-Type", "application/json")
                .header("Accept", "text/html")
                .POST(BodyPublishers.ofString("{}")));

    requireProblem(answer, 406, "not-acceptable");
  }

  @Test
  void anUnreadableUriIs400() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
        OutputStream out = socket.getOutputStream()) {
      out.write(
          "GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(answer)
          .startsWith("HTTP/1.1 400 ")
          .contains("application/problem+json")
          .contains("/errors#bad-request");
    }
  }

  @Test
  void aGoodRequestStillWorksAfterAllThat() throws Exception {
    assertThat(
            client
                .retrieve("{\"events\":[{\"itemId\":%s,\"timestamp\":1}]}".formatted(id(1)))
                .status())
        .isEqualTo(200);
  }

  private static Arguments invalid(String body, String type, String field, String detail) {
    return Arguments.of(body.replace('\'', '"'), type, field, detail);
  }

  private static JsonNode requireProblem(Answer answer, int status, String type) {
    assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
    assertThat(answer.contentType()).isEqualTo("application/problem+json");
    JsonNode problem = answer.json();
    assertThat(problem.path("type").asText()).matches("/errors#(" + type + ")");
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("title").asText()).isNotBlank();
    assertThat(problem.path("detail").asText()).isNotBlank();
    assertThat(answer.response().body())
        .doesNotContain("Exception", "\tat ", "<html", "jackson", "StreamRead");
    return problem;
  }
}
