package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Holds `ERRORS.md` equal to what a running service answers; `-Dhstu.rewrite=true` writes it anew.
class ErrorCatalogueTest {

  private static final Path PAGE =
      Path.of(System.getProperty("hstu.root"), "retrieval-api", "ERRORS.md");

  private static final String HEAD =
      """
      # Errors of the service

      Every error is answered as `application/problem+json` (RFC 9457) with `type`, `title`, `status`,
      `detail` and, where a value of the request body is at fault, `field`: a JSON Pointer to it.
      Tell errors apart by `type`; it never changes, and points to a section of the page that every
      service has at `/errors`. 429 and 503 carry `Retry-After`. A line of `POST /retrieve/batch` has
      its problem in its own answer, `{"line": 3, "problem": {...}}`.

      | type | status | title | what to do |
      |---|---|---|---|
      """;

  private static final String EXAMPLES =
      """

      ## By example

      Bounds lowered to 3 events, 2 excluded items, 2 ids in a filter, 1,024 bytes of body, one stored
      user and 3 days of what was served; the server's clock stands at 1700000000. `POST` means `curl -H 'Content-Type: application/json' -d BODY http://HOST/retrieve`.
      Held equal to a running service by a test.
      """;

  private static final List<String> BODIES =
      List.of(
          "{\"k\":0}",
          "{\"k\":\"10\"}",
          "{\"events\":[{\"itemId\":1,\"timestamp\":9},{\"itemId\":2,\"timestamp\":8}]}",
          "{\"events\":[{\"itemId\":1,\"timestamp\":11}],\"requestTime\":10}",
          "{\"events\":[{\"itemId\":1,\"timestamp\":1700000001}]}",
          "{\"requestTime\":1700000000000}",
          "{\"events\":[{\"itemId\":1.5,\"timestamp\":1}]}",
          "{\"events\":[{\"itemId\":1}]}",
          "{\"evnts\":[]}",
          "{\"excludeItemIds\":[1,2,3]}",
          "{\"filter\":{\"in\":{\"genre\":[\"g1\"]}}}",
          "{\"filter\":{\"range\":{\"title\":{\"gte\":1}}}}",
          "{\"filter\":{\"not\":{\"set\":\"blocked\"}}}",
          "{\"filter\":{\"genres\":[\"g1\"]}}",
          "{\"filter\":{\"only\":[1,2,3]}}",
          "{\"k\":1,}",
          "");

  @TempDir Path folder;

  @Test
  void thePageSaysWhatTheServiceAnswers() throws Exception {
    String page = page();
    if (Boolean.getBoolean("hstu.rewrite")) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).content().isEqualTo(page);
  }

  private String page() throws IOException, InterruptedException {
    StringBuilder page = new StringBuilder(HEAD);
    for (ProblemType type : ProblemType.values()) {
      page.append(
          "| `%s` | %d | %s | %s |\n"
              .formatted(type.uri(), type.status().getCode(), type.title(), type.remedy()));
    }
    page.append(EXAMPLES);
    TinyGenerations generations = new TinyGenerations(folder);
    Map<String, String> bounds =
        Map.of(
            "retrieval.max-events", "3",
            "retrieval.max-excluded-items", "2",
            "retrieval.max-filter-ids", "2",
            "serving.max-body-bytes", "1024",
            "users.folder", folder.resolve("users").toString(),
            "users.max-users", "1",
            "users.served-days", "3");
    try (RunningService service =
            RunningService.start(
                generations.configuration(bounds),
                InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000L)));
        ServiceClient client = new ServiceClient(service)) {
      String folderName = generations.store().root().toString();
      page.append(
          entry("POST {}, before anything is published", client.retrieve("{}"))
              .replace(folderName, "DIR"));
      generations.publish(1);
      service.awaitReady(Duration.ofSeconds(30));
      for (String body : BODIES) {
        page.append(
            entry(
                body.isEmpty() ? "POST with an empty body" : "POST " + body,
                client.retrieve(body)));
      }
      page.append(entry("POST of 1,025 bytes", client.retrieve(" ".repeat(1025))));
      page.append(entry("PUT /sets/Blocked with [1]", client.put("/sets/Blocked", "[1]")));
      page.append(entry("PUT /sets/blocked with [1.5]", client.put("/sets/blocked", "[1.5]")));
      page.append(entry("PUT /sets/blocked with [\"x\"]", client.put("/sets/blocked", "[\"x\"]")));
      page.append(entry("DELETE /sets/blocked", client.delete("/sets/blocked")));
      page.append(
          entry(
              "POST /embed with [{},{\"k\":1}]",
              client.send(
                  client
                      .request("/embed")
                      .header("Content-Type", "application/json")
                      .POST(BodyPublishers.ofString("[{},{\"k\":1}]")))));
      appendUsers(client, page);
      page.append(entry("GET /retrieve", client.get("/retrieve")));
      page.append(entry("GET /retrive", client.get("/retrive")));
      page.append(entry("POST with Content-Type: text/plain", client.send(plainText(client))));
    }
    try (RunningService service = RunningService.start(generations.configuration(Map.of()));
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(Duration.ofSeconds(30));
      page.append(entry("GET /retrieve/anna, without users.folder", client.get("/retrieve/anna")));
    }
    return page.toString();
  }

  /// What is asked wrongly about users of whom something is stored.
  private static void appendUsers(ServiceClient client, StringBuilder page)
      throws IOException, InterruptedException {
    page.append(entry("GET /retrieve/anna", client.get("/retrieve/anna")));
    for (String events :
        List.of(
            "{\"events\":[]}",
            "{\"events\":[{\"itemId\":1,\"timestamp\":1700100000}]}",
            "{\"events\":[{\"itemId\":1,\"timestamp\":1700000000000}]}",
            "{\"history\":[]}")) {
      page.append(
          entry("PUT /users/anna/events with " + events, putEvents(client, "anna", events)));
    }
    String event = "{\"events\":[{\"itemId\":1,\"timestamp\":9}]}";
    assertThat(putEvents(client, "anna", event).status()).isEqualTo(200);
    page.append(
        entry("PUT /users/bea/events, one user more than may be", putEvents(client, "bea", event)));
    for (String body :
        List.of(
            "{\"excludeServedDays\":2}",
            "{\"userId\":\"anna\",\"excludeServedDays\":4}",
            "{\"userId\":7.5}")) {
      page.append(entry("POST " + body, client.retrieve(body)));
    }
    page.append(entry("GET /retrieve/anna?k=5&k=6", client.get("/retrieve/anna?k=5&k=6")));
    page.append(entry("GET /retrieve/bea?unknown=yes", client.get("/retrieve/bea?unknown=yes")));
  }

  private static ServiceClient.Answer putEvents(ServiceClient client, String user, String body)
      throws IOException, InterruptedException {
    return client.send(
        client
            .request("/users/" + user + "/events")
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body)));
  }

  private static HttpRequest.Builder plainText(ServiceClient client) {
    return client
        .request("/retrieve")
        .header("Content-Type", "text/plain")
        .POST(BodyPublishers.ofString("{}"));
  }

  private static String entry(String request, ServiceClient.Answer answer) {
    assertThat(answer.contentType()).isEqualTo("application/problem+json");
    return "\n```\n%s\n%d %s\n```\n".formatted(request, answer.status(), answer.response().body());
  }
}
