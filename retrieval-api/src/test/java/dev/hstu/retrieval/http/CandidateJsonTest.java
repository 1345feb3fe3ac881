package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.retrieve.Candidate;
import io.micronaut.core.type.Argument;
import io.micronaut.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Candidates are written as the mapper that writes all else would.
class CandidateJsonTest {

  private static final Argument<List<Candidate>> LIST = Argument.listOf(Candidate.class);

  private final JsonMapper mapper = JsonMapper.createDefault();

  @Test
  void aListWithoutCandidatesIsEmpty() {
    assertThat(CandidateJson.write(List.of())).asString().isEqualTo("[]");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anyIdsAndScoresAreWrittenByteForByte(long seed) throws IOException {
    Random random = new Random(seed);
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      candidates.add(new Candidate(id(random), score(random)));
    }
    assertThat(new String(CandidateJson.write(candidates), StandardCharsets.UTF_8))
        .isEqualTo(new String(mapper.writeValueAsBytes(LIST, candidates), StandardCharsets.UTF_8));
  }

  private static String id(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Long.toString(random.nextLong());
      case 1 -> "item \"%d\" \\ / \n\u0000".formatted(random.nextInt());
      case 2 -> "ключ-" + random.nextInt() + "-😀";
      default -> "i".repeat(1 + random.nextInt(600));
    };
  }

  private static float score(Random random) {
    return switch (random.nextInt(7)) {
      case 5 -> Float.intBitsToFloat(random.nextInt());
      case 6 -> -Float.MIN_NORMAL * (1 + random.nextFloat());
      case 0 -> 0;
      case 1 -> random.nextInt(Integer.MAX_VALUE);
      case 2 -> -random.nextFloat();
      case 3 -> random.nextFloat() * 1e-6f;
      default -> random.nextFloat();
    };
  }
}
