using System.CommandLine;
using Criterion.Formats;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion train [RECIPE]</c>.</summary>
internal sealed class TrainCommand
{
    readonly RunOptions _run = new();

    readonly Argument<string> _recipe = new Argument<string>("recipe")
    {
        Description = string.Join("\n", GanRecipe.All.Select(recipe => $"{recipe.Name}: {recipe.Summary}.")),
        DefaultValueFactory = _ => GanRecipe.All[0].Name,
        HelpName = "recipe",
    }.OneOf([.. GanRecipe.All.Select(recipe => recipe.Name)], "cyclegan", CutCommand.Cut, CutCommand.FastCut, PairedRun.Pix2Pix,
        PairedRun.SuperResolution,
        EmbeddingCommand.Embedding, EmbeddingCommand.Siamese);

    readonly Option<string[]> _data = new("--data")
    {
        Description = $"{ImageDataset.FashionMnistName} (embedded, 10,000 images), {GaussianRing.Name} (points of eight Gaussians on a "
            + "circle, whose modes are counted), "
            + "a folder of images, in which subfolders are classes, an IDX file (plain or .gz), or a .npy file; repeat it to add more",
        DefaultValueFactory = _ => [ImageDataset.FashionMnistName],
        HelpName = "source",
    };

    readonly ImageOptions _images = new(": 8, 16, 32, 64, 128 or 256 [default: unchanged, except that 28 is padded to 32]");

    readonly GanTrainingOptions _options = new();

    readonly Option<int?> _width = new Option<int?>("--width")
    {
        Description = "Channels of the layers next to the image; inner layers have 2, 4, ... times as many. For points, units per layer "
            + "[default: 32 channels, 8 with --network stylegan2 or r3gan, or 128 units]",
        HelpName = "channels",
    }.Within(1, 1024);

    readonly Option<int?> _frechetEvery = new Option<int?>("--frechet-every")
    {
        Description = "Steps between two measurements of the samples, written to measures.csv: the Fréchet distance to all data, or the "
            + "modes of a ring "
            + "[default: never]",
        HelpName = "steps",
    }.Within(1);

    readonly Option<int> _frechetCount = new Option<int>("--frechet-count")
    {
        Description = "Number of samples per measurement",
        DefaultValueFactory = _ => new MeasureOptions(1).Samples,
        HelpName = "count",
    }.Within(2, 1_000_000);

    readonly Option<string?> _resume = new("--resume")
    {
        Description = "Resume an interrupted run with bit-identical results, or extend a finished one with --steps",
        HelpName = "run",
    };

    public static Command Create(ToolConsole console, Func<CancellationToken> stop) => new TrainCommand().Build(console, stop);

    Command Build(ToolConsole console, Func<CancellationToken> stop)
    {
        Command command = new(
            "train",
            "Trains a generator on images or points, and writes samples, losses and weights to a new folder. "
                + "Ctrl-C stops after the current step and keeps the results.")
        {
            _recipe, _data, _images.All, _images.Limit, _width, _frechetEvery, _frechetCount, _resume,
            CycleGanCommand.Create(console, stop),
            CutCommand.Create(console, stop),
            CutCommand.CreateFast(console, stop),
            Pix2PixCommand.Create(console, stop),
            SuperResolutionCommand.Create(console, stop),
            EmbeddingCommand.Create(console, stop),
            EmbeddingCommand.CreateSiamese(console, stop),
            _options.All, _run.All,
        };
        command.SetAction(parsed => Run(parsed, console, stop));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        _run.Apply(parsed);
        return parsed.GetValue(_resume) is { } path ? Resume(path, parsed, console, stop) : Start(parsed, console, stop);
    }

    int Start(ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        string[] sources = DataSources.Checked(parsed.GetValue(_data)!, _data.Name);
        MeasureOptions? measure = Measure(parsed);
        DataArguments load = _images.Arguments(parsed, sources);
        Dataset data = DataLoading.Show(console, load.Load);
        GanRecipe recipe = Recipe(parsed, data);
        GanRun run = new(recipe, data, parsed.GetValue(_width), parsed.GetValue(_run.SampleEvery), parsed.GetValue(_run.CheckpointEvery),
            load, measure);
        CancellationToken token = stop();
        using RunFolder folder = RunFolder.Create<GanStep>(_run.Folder(parsed, recipe.Name));
        string[] unsuited = measure is not null && FeatureDomain.Check(run.Record.Data) is { } finding ? [finding.Message] : [];
        foreach (string warning in GanAdvice.Warnings(recipe.Options).Concat(unsuited))
        {
            console.Error.WriteLine($"warning: {Flags.InPlaceOfNames(warning)}");
        }

        DataSources.NoteHidden(console, sources);
        console.Output.WriteLine($"Training {recipe.Name} on {data.Description} into {folder.Path}");
        FindingPrinter<GanStep> findings = new(console, new TrainingMonitor(recipe.Options.Objective).Watch);
        int code = Report(_run.Execute(run, folder, console, parsed, token, findings.Watch), console);
        console.Output.WriteLine($"More samples: criterion sample {folder.Path} --out FILE.png");
        return code;
    }

    // The folder of the run determines it: an option that would change it is an error.
    int Resume(string path, ParseResult parsed, ToolConsole console, Func<CancellationToken> stop)
    {
        IEnumerable<Option> fixedOptions =
        [
            _data, .. _images.All, _images.Limit, _width, _frechetEvery, _frechetCount, .. _options.All.Except([_options.Steps]),
            .. _run.All.Except([_run.Threads, .. _run.Watching.All]),
        ];
        if (fixedOptions.FirstOrDefault(parsed.IsGiven) is { } changed)
        {
            throw new ToolException($"{changed.Name} cannot be combined with {_resume.Name}: a resumed run keeps its options. Only "
                + $"{_options.Steps.Name}, {_run.Threads.Name}, {_run.Watching.Names} may change.");
        }

        RunRecord record = RunFolder.ReadRecord(path);
        if (parsed.GetResult(_recipe) is { Tokens: [{ Value: var recipe }, ..] } && recipe != record.Recipe)
        {
            throw new ToolException($"'{recipe}' cannot be combined with {_resume.Name}: '{path}' is a run of {record.Recipe}. Remove the "
                + "recipe.");
        }

        (record as GanRunRecord)?.CheckComplete();
        Checkpoint checkpoint = new CheckpointFolder(Path.Combine(path, RunFolder.CheckpointsName)).Latest(console.Error.WriteLine);
        int? steps = parsed.GetValue(_options.Steps);
        if (steps < checkpoint.Step)
        {
            throw new ToolException($"Invalid value '{steps}' for {_options.Steps.Name}. Expected at least {checkpoint.Step}, the steps "
                + $"that '{path}' has done: {_options.Steps.Name} is the total number.");
        }

        console.Output.WriteLine($"Resuming {record.Recipe} in {path} from step {checkpoint.Step} of {steps ?? record.Steps}");
        switch (record)
        {
            case CycleGanRunRecord cycle:
                CycleGanRun resumed = DataLoading.Show(
                    console, progress => CycleGanRun.Resume(cycle, checkpoint, steps, onProgress: progress));
                return CycleGanCommand.Report(Resumed(resumed), console);
            case CutRunRecord cut:
                CutRun translator = DataLoading.Show(console, progress => CutRun.Resume(cut, checkpoint, steps, onProgress: progress));
                return CutCommand.Report(Resumed(translator), console);
            case PairedRunRecord paired:
                PairedRun pairedRun = DataLoading.Show(
                    console, progress => PairedRun.Resume(paired, checkpoint, steps, onProgress: progress));
                return PairedCommand.Report(Resumed(pairedRun, PairedCommand.Watch(paired.Options, console)), console);
            case EmbeddingRunRecord encoder:
                EmbeddingRun run = EmbeddingRun.Resume(encoder, EmbeddingCommand.Data(encoder, path, console), checkpoint, steps);
                return EmbeddingCommand.Report(Resumed(run, EmbeddingCommand.Watch(encoder.Options, console)), console);
            default:
                GanRunRecord gan = (GanRunRecord)record;
                DataArguments load = gan.Load ?? throw InMemory(path);
                FindingPrinter<GanStep> findings = new(console, new TrainingMonitor(gan.Options.Objective).Watch);
                Dataset data = DataLoading.Show(console, load.Load);
                return Report(Resumed(GanRun.Resume(gan, data, checkpoint, steps), findings.Watch), console);
        }

        (int Code, TRecord Record) Resumed<TStep, TRecord>(TrainingRun<TStep, TRecord> run, Action<TStep>? watch = null)
            where TStep : struct, IRunStep
            where TRecord : RunRecord
        {
            CancellationToken token = stop();
            using RunFolder folder = RunFolder.Reopen<TStep>(path, checkpoint.Step);
            return _run.Execute(run, folder, console, parsed, token, watch);
        }
    }

    /// <summary>Creates the error of a run whose data only the program that trained it has.</summary>
    public static TrainingException InMemory(string path) =>
        new($"'{path}' was trained on data in memory. Use the program that created the data.");

    static int Report((int Code, GanRunRecord Record) ended, ToolConsole console)
    {
        if (ended.Record.Modes is { } modes)
        {
            string share = NumberText.Percent(modes.HighQuality, 1);
            console.Output.WriteLine(
                $"Modes found: {modes.Found} of {modes.Modes}. {share} of the points are within 3 standard deviations of a mode.");
        }

        return ended.Code;
    }

    MeasureOptions? Measure(ParseResult parsed) => parsed.GetValue(_frechetEvery) is { } every ? new(every, parsed.GetValue(_frechetCount))
        : !parsed.IsGiven(_frechetCount) ? null
        : throw new ToolException($"{_frechetCount.Name} has no effect without {_frechetEvery.Name}. Give both, or neither.");

    GanRecipe Recipe(ParseResult parsed, Dataset data)
    {
        GanRecipe recipe = GanRecipe.Find(parsed.GetValue(_recipe)!).For(data);
        return recipe with { Options = _options.Change(recipe.Options, parsed) };
    }
}
