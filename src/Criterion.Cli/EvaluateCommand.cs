using System.CommandLine;
using Criterion.Metrics;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion evaluate REAL FAKE</c>.</summary>
internal sealed class EvaluateCommand
{
    readonly Argument<string> _real = new("real")
    {
        Description = $"{ImageDataset.FashionMnistName} (embedded), {GaussianRing.Name} (points), a folder of PNGs, an IDX file, a .npy "
            + "file of images or of features [N, D], "
            + "or the folder of a run",
    };

    readonly Argument<string> _fake = new("fake") { Description = "The samples to compare with it: the same kinds of sources" };

    readonly Option<int> _count = new Option<int>("--count")
    {
        Description = "Number of samples that the generator of a run draws",
        DefaultValueFactory = _ => 5000,
        HelpName = "count",
    }.Within(Evaluation.LeastSamples, 100_000);

    readonly Option<ulong> _seed = CommonOptions.Seed("Seed of the drawn samples and of the subsets that are compared");

    readonly ImageOptions _images = new();

    readonly Option<bool> _json = CommonOptions.Flag("--json", "Print JSON instead of the table");

    readonly Option<int> _threads = CommonOptions.Threads();

    readonly ToolConsole _console;

    EvaluateCommand(ToolConsole console) => _console = console;

    public static Command Create(ToolConsole console) => new EvaluateCommand(console).Build();

    Command Build()
    {
        Command command = new("evaluate",
            "Measures the distance between generated and real samples, in the features of an embedded classifier or in given ones.")
        {
            _real, _fake, _count, _seed, _images.All, _json, _threads,
        };
        command.SetAction(parsed => Run(parsed));
        return command;
    }

    int Run(ParseResult parsed)
    {
        Compute.Threads = parsed.GetValue(_threads);
        string[] sources = [Checked(parsed, _real), Checked(parsed, _fake)];
        if (parsed.IsGiven(_count) && !sources.Any(FeatureSet.IsDrawn))
        {
            throw new ToolException($"{_count.Name} is the number of samples that the generator of a run draws, and neither set is a run. "
                + "Remove it.");
        }

        DataArguments load = _images.Arguments(parsed, sources);
        FeatureSet real = Load(parsed, sources[0], load);
        FeatureSet fake = Load(parsed, sources[1], load);
        Evaluation evaluation = Evaluation.Of(real, fake, parsed.GetValue(_seed));
        DataSources.NoteHidden(_console, sources);
        _console.Note(real.Notes.Concat(fake.Notes));
        _console.Output.WriteLine(parsed.GetValue(_json) ? EvaluationJson.Write(evaluation) : Table(evaluation, _console.TableWidth));
        return Tool.Success;
    }

    FeatureSet Load(ParseResult parsed, string source, DataArguments load) =>
        FeatureSet.Load(source, parsed.GetValue(_count), parsed.GetValue(_seed), load.Range, load.Background, load.Size);

    string Checked(ParseResult parsed, Argument<string> argument) =>
        DataSources.Checked([parsed.GetValue(argument)!], argument.Name, areDrawn: true)[0];

    static string Table(Evaluation evaluation, int width)
    {
        MetricSamples samples = evaluation.Frechet.Samples;
        return string.Join('\n',
        [
            $"real: {evaluation.Real}, {samples.Real} samples",
            $"fake: {evaluation.Fake}, {samples.Fake} samples",
            $"by:   {samples.Features}, {samples.Dimensions} features per sample",
            "",
            TextLayout.Columns(Rows(evaluation).Select(static row => (string[])[row.Name, row.Value, row.Meaning]), width),
            .. evaluation.Warnings.Select(static warning => $"warning: {warning}"),
        ]);
    }

    static IEnumerable<(string Name, string Value, string Meaning)> Rows(Evaluation of)
    {
        yield return ("Fréchet distance", Number(of.Frechet.Value), "lower is better; 0 for equal distributions");
        if (of.FrechetExtrapolated is { } extrapolated)
        {
            yield return ("  of infinitely many", Number(extrapolated.Value), "extrapolated, without the bias of few fakes");
        }

        yield return ("kernel distance", $"{Number(of.Kernel.Value)} ± {Number(of.Kernel.StandardError)}",
            "lower is better; ± standard error");
        if (of.InceptionFake is { } fake)
        {
            yield return ("inception-style score", $"{Number(fake.Value)} ± {Number(fake.StandardDeviation)}",
                $"higher is better; {Number(of.InceptionReal!.Value)} for the real samples");
        }

        yield return ("precision", Number(of.PrecisionRecall.Precision), "quality: share of fakes within the real samples");
        yield return ("recall", Number(of.PrecisionRecall.Recall), "variety: share of real samples within the fakes");
        yield return ("density", Number(of.DensityCoverage.Density), "quality; about 1 for equal distributions");
        yield return ("coverage", Number(of.DensityCoverage.Coverage), "variety: share of real samples with a fake nearby");
        if (of.Modes is { } modes)
        {
            yield return ("modes", $"{modes.Found} of {modes.Modes}", "variety: modes with points within 3 standard deviations");
            yield return ("  points of high quality", Number(modes.HighQuality),
                "quality: share of fakes within 3 standard deviations of a mode");
        }
    }

    static string Number(double value) => NumberText.Significant(value, 4);
}
