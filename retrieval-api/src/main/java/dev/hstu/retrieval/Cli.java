package dev.hstu.retrieval;

import dev.hstu.retrieval.cli.BuildCommand;
import dev.hstu.retrieval.cli.CensusCommand;
import dev.hstu.retrieval.cli.CombineCommand;
import dev.hstu.retrieval.cli.DemoCommand;
import dev.hstu.retrieval.cli.EmbedCommand;
import dev.hstu.retrieval.cli.EncoderCommand;
import dev.hstu.retrieval.cli.EnginesCommand;
import dev.hstu.retrieval.cli.EvaluateCommand;
import dev.hstu.retrieval.cli.ExplainCommand;
import dev.hstu.retrieval.cli.GenerationsCommand;
import dev.hstu.retrieval.cli.ImportCheckpointCommand;
import dev.hstu.retrieval.cli.ImportCommand;
import dev.hstu.retrieval.cli.KeysCommand;
import dev.hstu.retrieval.cli.NightlyCommand;
import dev.hstu.retrieval.cli.PublishCommand;
import dev.hstu.retrieval.cli.RollbackCommand;
import dev.hstu.retrieval.cli.ServeCommand;
import dev.hstu.retrieval.cli.SimulateCommand;
import dev.hstu.retrieval.cli.TrainCommand;
import dev.hstu.retrieval.cli.TuneCommand;
import dev.hstu.retrieval.cli.UserError;
import dev.hstu.retrieval.cli.VerifyCommand;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The command line: `hstu VERB`. Each verb is one class of [dev.hstu.retrieval.cli]; further verbs
/// (such as `bench`) come through [VerbProvider].
///
/// Exit codes: 0 done; 1 a check failed or the run broke; 2 the input is wrong; 3 the publish gate
/// blocks the generation; 4 a night failed and is closed.
@Command(
    name = "hstu",
    description = "HSTU Retrieval: history in, the K unseen items to rank next out.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "VERB",
    subcommands = {
      SimulateCommand.class,
      ImportCommand.class,
      ImportCheckpointCommand.class,
      TrainCommand.class,
      CombineCommand.class,
      EmbedCommand.class,
      BuildCommand.class,
      TuneCommand.class,
      PublishCommand.class,
      RollbackCommand.class,
      GenerationsCommand.class,
      CensusCommand.class,
      NightlyCommand.class,
      DemoCommand.class,
      EvaluateCommand.class,
      ExplainCommand.class,
      ServeCommand.class,
      EncoderCommand.class,
      VerifyCommand.class,
      EnginesCommand.class,
      KeysCommand.class
    })
public final class Cli implements Callable<Integer> {

  static final int EXIT_BROKEN = 1;
  static final int EXIT_BAD_INPUT = 2;

  /// Lucene says on every start which instructions it found; held here, since a logger that nobody
  /// holds forgets its level.
  private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

  @Spec private CommandSpec spec;

  private Cli() {}

  /// Without a verb there is nothing to do but say which verbs there are.
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return EXIT_BAD_INPUT;
  }

  public static void main(String[] arguments) {
    LUCENE.setLevel(Level.WARNING);
    System.exit(commandLine().execute(arguments));
  }

  /// The whole command line, ready to execute; tests call it in their own process.
  public static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Cli());
    for (VerbProvider provider : ServiceLoader.load(VerbProvider.class)) {
      commandLine.addSubcommand(provider.verb());
    }
    commandLine.setExecutionExceptionHandler(Cli::report);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    return commandLine;
  }

  private static int report(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
    if (failure instanceof UserError || failure instanceof IllegalArgumentException) {
      commandLine.getErr().println("hstu: " + failure.getMessage());
      return EXIT_BAD_INPUT;
    }
    commandLine.getErr().println("hstu: " + describe(failure));
    if (System.getenv("HSTU_STACK_TRACES") != null) {
      failure.printStackTrace(commandLine.getErr());
    }
    return EXIT_BROKEN;
  }

  private static String describe(Exception failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName() + " (set HSTU_STACK_TRACES=1 to see where)"
        : failure.getClass().getSimpleName() + ": " + message;
  }
}
