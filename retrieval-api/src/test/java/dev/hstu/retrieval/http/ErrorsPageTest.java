package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The `type` of every problem leads to what it means, on a page that needs nothing from elsewhere.
class ErrorsPageTest {

  @TempDir static Path folder;
  private static RunningService service;
  private static ServiceClient client;

  @BeforeAll
  static void serve() {
    service = RunningService.start(new TinyGenerations(folder).configuration(Map.of()));
    client = new ServiceClient(service);
  }

  @AfterAll
  static void stop() {
    client.close();
    service.close();
  }

  @Test
  void theTypeOfAnAnswerResolvesToItsSection() throws Exception {
    Answer refused = client.get("/nowhere");
    URI type = service.address().resolve("/nowhere").resolve(refused.json().path("type").asText());

    Answer page = client.get(type.getPath());
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.contentType()).isEqualTo("text/html; charset=utf-8");
    assertThat(page.response().body()).contains("<h2 id=\"" + type.getFragment() + "\">");
  }

  @Test
  void everyTypeHasASectionThatSaysWhatToDo() throws Exception {
    String page = client.get("/errors").response().body();
    for (ProblemType type : ProblemType.values()) {
      assertThat(page).contains("<h2 id=\"" + type.slug() + "\">");
      assertThat(type.remedy()).as(type.name()).endsWith(".").hasSizeGreaterThan(20);
    }
  }

  @Test
  void thePageTakesItsStyleFromTheServiceAndNothingFromElsewhere() throws Exception {
    Answer page = client.get("/errors");
    assertThat(page.header("content-security-policy")).contains("style-src 'self'");
    assertThat(page.response().body())
        .contains("<link rel=\"stylesheet\" href=\"/errors/style.css\">")
        .doesNotContain("http://", "https://", "<script", "<style", "style=");

    Answer style = client.get("/errors/style.css");
    assertThat(style.contentType()).startsWith("text/css");
    assertThat(style.response().body()).contains("color-scheme: light dark");
  }
}
