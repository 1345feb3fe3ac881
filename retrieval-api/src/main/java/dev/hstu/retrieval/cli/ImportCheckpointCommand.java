package dev.hstu.retrieval.cli;

import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.SasRecConfig;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.retrieval.data.CheckpointImport;
import dev.hstu.retrieval.data.CheckpointImport.ItemRows;
import dev.hstu.retrieval.data.CheckpointImport.Shapes;
import dev.hstu.retrieval.data.CheckpointImport.Written;
import dev.hstu.retrieval.data.UnusableInputException;
import dev.hstu.retrieval.evaluate.TrainingRecord;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hstu import-checkpoint`: weights of the public implementation in, a model folder out.
@Command(
    name = "import-checkpoint",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Makes a model folder of weights trained with the public PyTorch implementation, saved as",
      "safetensors under their own names:",
      "  state = torch.load('checkpoint.pt')['model_state_dict']",
      "  safetensors.torch.save_file({k: v.contiguous() for k, v in state.items()}, 'w.safetensors')",
      "Example: hstu import-checkpoint --weights w.safetensors --heads 2 --data data --out model"
    })
public final class ImportCheckpointCommand implements Callable<Integer> {

  @Option(names = "--weights", required = true, paramLabel = "FILE", description = "Safetensors.")
  private Path weights = Path.of("");

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FOLDER",
      description = "Folder that `hstu import` wrote of the training data: vocabulary and clock.")
  private Path data = Path.of("");

  @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Folder to make.")
  private Path out = Path.of("");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "JSON with items, max_sequence_len, max_output_len, embedding_dim, num_heads, attention_dim,",
        "linear_dim, num_blocks, temperature. Default: metadata of the weights, or their shapes."
      })
  private @Nullable Path config;

  @Option(names = "--heads", description = "Needed without a configuration.")
  private @Nullable Integer heads;

  @Option(
      names = "--max-events",
      description = "Events kept of a user. Default without a configuration: all slots but 11.")
  private @Nullable Integer maxEvents;

  @Option(
      names = "--item-rows",
      defaultValue = "vocabulary",
      description = {
        "vocabulary: row n of the weights is item n of the data; ids: it is the item with the id n,",
        "as in the public implementation's MovieLens runs. Default: ${DEFAULT-VALUE}."
      })
  private ItemRows itemRows = ItemRows.VOCABULARY;

  @Option(names = "--clock", description = "wall or sequence(step=60). Default: the data's.")
  private @Nullable String clock;

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    try {
      PreparedData prepared = PreparedData.open(data);
      Clock trained = clock == null ? prepared.clock() : Clock.parse(clock);
      Written written =
          CheckpointImport.run(
              weights,
              new Shapes(config, heads, maxEvents),
              prepared.items(),
              trained,
              itemRows,
              out,
              TrainingRecord.external(prepared.fingerprint()).companion());
      console.printDocument(document(written, trained));
      return 0;
    } catch (UnusableInputException | DamagedFileException e) {
      throw new UserError(e.getMessage(), e);
    } catch (NoSuchFileException e) {
      throw new UserError("'%s' is not there; check its path".formatted(e.getMessage()), e);
    }
  }

  private Map<String, Object> document(Written written, Clock trained) {
    NetworkConfig shapes = written.config();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("model", out.toString());
    document.put("fingerprint", written.fingerprint());
    document.put("items", shapes.items());
    document.put("blocks", shapes.blocks());
    document.put("heads", shapes.heads());
    document.put("embedding_dim", shapes.embeddingDim());
    switch (shapes) {
      case HstuConfig hstu -> {
        document.put("query_dim", hstu.queryDim());
        document.put("value_dim", hstu.valueDim());
      }
      case SasRecConfig sasRec -> document.put("hidden_dim", sasRec.hiddenDim());
    }
    document.put("max_events", shapes.maxEvents());
    document.put("output_slots", shapes.outputSlots());
    document.put("clock", trained.spec());
    return document;
  }
}
