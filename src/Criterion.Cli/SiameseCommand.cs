using System.CommandLine;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion train siamese</c>.</summary>
internal sealed class SiameseCommand
{
    readonly RunOptions _run = new();

    readonly Option<string> _loss = new Option<string>("--loss")
    {
        Description = "cosine-embedding or contrastive (pairs), or triplet",
        DefaultValueFactory = _ => "cosine-embedding",
        HelpName = "loss",
    }.OneOf("cosine-embedding", "contrastive", "triplet");

    readonly Option<int> _steps = new Option<int>("--steps")
    {
        Description = "Steps to train for",
        DefaultValueFactory = _ => new SiameseOptions().Steps,
        HelpName = "count",
    }.Within(1);

    readonly Option<int> _batch = new Option<int>("--batch")
    {
        Description = "Pairs or triplets in a batch",
        DefaultValueFactory = _ => new SiameseOptions().BatchSize,
        HelpName = "count",
    }.Within(2, 65536);

    readonly Option<int[]> _heldOut = new Option<int[]>("--held-out")
    {
        Description = "Classes that are kept for evaluation, 0 to 9; again for each of two or more [default: 5, 7 and 8: sandals, sneakers, bags]",
        HelpName = "class",
    }.Within(0, 9);

    readonly Option<double?> _rate = new Option<double?>("--lr")
    {
        Description = "Adam's learning rate [default: 1e-3]",
        HelpName = "rate",
    }.Positive();

    readonly Option<double?> _margin = new Option<double?>("--margin")
    {
        Description = "The margin of the loss [default: 0.5 for cosine-embedding, 1 for contrastive and triplet]",
        HelpName = "margin",
    }.Positive();

    readonly Option<int> _width = new Option<int>("--width")
    {
        Description = "Channels of the encoder's first layer; the embedding has 16 times as many numbers",
        DefaultValueFactory = _ => new EmbeddingNetwork().Width,
        HelpName = "channels",
    }.Within(1, 1024);

    readonly Option<string> _onNan = CommonOptions.OnNan();

    public static Command Create(ToolConsole console, Func<CancellationToken> stop) => new SiameseCommand().Build(console, stop);

    Command Build(ToolConsole console, Func<CancellationToken> stop)
    {
        Command command = new("siamese", "Trains an encoder of Fashion-MNIST by pairs or triplets, and measures it on classes that it never saw.")
        {
            _loss, _steps, _batch, _margin, _width, _heldOut, _rate, _onNan, _run.All,
        };
        command.SetAction(parsed => Run(parsed, console, stop));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        Compute.Threads = parsed.GetValue(_run.Threads);
        SiameseOptions defaults = new();
        SiameseOptions options = defaults with
        {
            Objective = Objective(parsed),
            Steps = parsed.GetValue(_steps),
            BatchSize = parsed.GetValue(_batch),
            LearningRate = parsed.GetValue(_rate) ?? defaults.LearningRate,
            HeldOut = parsed.GetValue(_heldOut) is { Length: > 0 } classes ? [.. classes] : defaults.HeldOut,
            OnNan = CommonOptions.OnNanOf(parsed, _onNan),
            Seed = parsed.GetValue(_run.Seed),
        };
        CheckClasses(options.HeldOut);
        SiameseRun run = new(options, new EmbeddingNetwork(Width: parsed.GetValue(_width)), ImageDataset.FashionMnist(), parsed.GetValue(_run.SampleEvery), parsed.GetValue(_run.CheckpointEvery));
        CancellationToken token = stop();
        using RunFolder folder = RunFolder.Create<SiameseStep>(_run.Folder(parsed, "siamese"));
        console.Output.WriteLine($"Training siamese ({parsed.GetValue(_loss)}) on Fashion-MNIST without the classes {string.Join(", ", options.HeldOut)} into {folder.Path}");
        return Report(RunOptions.Execute(run, folder, console, token), console);
    }

    SiameseObjective Objective(ParseResult parsed)
    {
        try
        {
            return SiameseObjective.Named(parsed.GetValue(_loss)!, parsed.GetValue(_margin));
        }
        catch (TrainingException e)
        {
            throw new ToolException($"{_margin.Name}: {e.Message}", e);
        }
    }

    void CheckClasses(IReadOnlyList<int> heldOut)
    {
        if (heldOut.Distinct().Count() != heldOut.Count || heldOut.Count < 2)
        {
            throw new ToolException($"Invalid values {string.Join(", ", heldOut)} for {_heldOut.Name}. Expected two or more different classes, which are then told apart: {_heldOut.Name} 5 {_heldOut.Name} 7");
        }
    }

    /// <summary>Says how well the classes are told apart that the encoder never saw.</summary>
    public static int Report((int Code, RunRecord Record) end, ToolConsole console)
    {
        if (end.Record is SiameseRunRecord { Quality: { } quality })
        {
            console.Output.WriteLine(
                $"Unseen classes: same or not {NumberText.Percent(quality.Accuracy, 1)} right at a cosine of {NumberText.Fixed(quality.Threshold, 2)}, chosen on other images ({NumberText.Percent(quality.Verification.Accuracy, 1)} at the best, {NumberText.Fixed(quality.Verification.Threshold, 2)}), area under the curve {NumberText.Fixed(quality.Verification.AreaUnderCurve, 3)}, equal error rate {NumberText.Percent(quality.Verification.EqualErrorRate, 1)}, precision at 1 {NumberText.Percent(quality.PrecisionAtOne, 1)} (guessing {NumberText.Percent(quality.Chance, 1)})");
        }

        return end.Code;
    }
}
