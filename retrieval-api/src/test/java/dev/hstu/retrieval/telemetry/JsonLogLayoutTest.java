package dev.hstu.retrieval.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.retrieval.config.LoggingSettings;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One object on one line whatever is logged, and by whatever library.
class JsonLogLayoutTest {

  private static final Logger LOG = LoggerFactory.getLogger(JsonLogLayoutTest.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private StandardError said;

  @BeforeEach
  void writeJson() {
    LogFormat.set(LoggingSettings.Format.JSON);
    said = new StandardError();
  }

  @AfterEach
  void writeText() {
    said.close();
    LogFormat.set(LoggingSettings.Format.TEXT);
  }

  @Test
  void whateverIsLoggedIsOneLine() throws Exception {
    LOG.warn("quotes \" and\nlines \u0001 \u2028 {}", "\ud800");
    LOG.atError()
        .addKeyValue("count", 3)
        .addKeyValue("name", "a\"b")
        .setCause(new IllegalStateException("broken\n\"so\""))
        .log("failed");

    List<String> lines = said.lines();
    assertThat(lines).hasSize(2);
    JsonNode first = JSON.readTree(lines.getFirst());
    assertThat(first.path("message").asText()).startsWith("quotes \" and\nlines \u0001");
    assertThat(first.path("level").asText()).isEqualTo("WARN");
    assertThat(first.path("logger").asText()).isEqualTo(JsonLogLayoutTest.class.getName());
    assertThat(first.path("time").asText())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    assertThat(first.has("trace_id")).isFalse();
    JsonNode second = JSON.readTree(lines.getLast());
    assertThat(second.path("count").isInt()).isTrue();
    assertThat(second.path("name").asText()).isEqualTo("a\"b");
    assertThat(second.path("exception").asText())
        .contains("IllegalStateException", "broken", "whateverIsLoggedIsOneLine");
  }

  @Test
  void aRequestsLineHasItsTrace() throws Exception {
    try (Tracing tracing = new Tracing(0, null)) {
      RequestTrace trace = tracing.begin(_ -> null);
      try (CurrentTrace.Scope _ = CurrentTrace.set(trace)) {
        LOG.warn("here");
      }
      JsonNode line = JSON.readTree(said.lines().getFirst());
      assertThat(line.path("trace_id").asText()).isEqualTo(trace.traceId());
      assertThat(line.path("span_id").asText()).isEqualTo(trace.spanId());
    }
  }

  @Test
  void aLongTextIsCut() throws Exception {
    LOG.warn("x".repeat(1 << 20));
    assertThat(JSON.readTree(said.lines().getFirst()).path("message").asText())
        .hasSize(JsonLogLayout.MAX_CHARS + 3)
        .endsWith("...");
  }

  @Test
  void librariesThatUseTheJdksLoggingWriteTheSame() throws Exception {
    java.util.logging.Logger.getLogger("a.library").log(Level.WARNING, "by the JDK");
    JsonNode line = JSON.readTree(said.lines().getFirst());
    assertThat(line.path("logger").asText()).isEqualTo("a.library");
    assertThat(line.path("message").asText()).isEqualTo("by the JDK");
  }
}
