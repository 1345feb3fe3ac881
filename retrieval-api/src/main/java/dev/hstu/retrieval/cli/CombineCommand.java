package dev.hstu.retrieval.cli;

import dev.hstu.encoder.model.EnsembleModel;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.retrieval.evaluate.MemberCompanions;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hstu combine`: finished models in, one model folder out whose scores are the means of theirs.
@Command(
    name = "combine",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Makes one model of several finished ones, an ensemble: its score is the mean of theirs, and",
      "what errs in one is outvoted by the others. Members may differ in seed, preset, width and",
      "depth, not in data, window and features. An ensemble among them joins with its members.",
      "Time and memory are those of the members added up.",
      "Example: hstu combine --model seed1 --model seed2 --model seed3 --out ensemble"
    })
public final class CombineCommand implements Callable<Integer> {

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "A model folder; give two or more, in the order of their vectors.")
  private List<Path> folders = List.of();

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to make.")
  private Path out = Path.of("");

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    Deque<OpenModel> open = new ArrayDeque<>();
    try {
      List<NetworkModel> members = new ArrayList<>();
      for (Path folder : folders) {
        open.push(ModelFolder.open(folder));
        members.addAll(open.element().model().networks());
      }
      requireDistinct(members);
      EnsembleModel ensemble = new EnsembleModel(members);
      ModelFolder.save(out, ensemble, MemberCompanions.of(folders));
      console.printDocument(document(ensemble));
      return 0;
    } catch (FileAlreadyExistsException e) {
      throw new UserError("--out %s exists already; delete it or give another".formatted(out), e);
    } catch (DamagedFileException e) {
      throw new UserError(e.getMessage(), e);
    } finally {
      open.forEach(OpenModel::close);
    }
  }

  private static void requireDistinct(List<NetworkModel> members) {
    Map<String, Integer> met = new HashMap<>();
    for (int i = 0; i < members.size(); i++) {
      Integer before = met.put(members.get(i).fingerprint(), i);
      if (before != null) {
        throw new UserError(
            "member %d is member %d again, which would only count twice; give each model once"
                .formatted(i + 1, before + 1));
      }
    }
  }

  private Map<String, Object> document(EnsembleModel ensemble) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("model", out.toString());
    document.put("fingerprint", ensemble.fingerprint());
    document.put("members", ensemble.networks().size());
    document.put("items", ensemble.config().items());
    document.put("embedding_dim", ensemble.config().embeddingDim());
    document.put("shapes", ensemble.config().inWords());
    return document;
  }
}
