using System.CommandLine;
using System.Globalization;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion train cyclegan</c>.</summary>
internal sealed class CycleGanCommand
{
    readonly RunOptions _run = new();

    readonly Option<string[]> _a = new("--a")
    {
        Description = "Images of one domain: a folder of PNGs, an IDX file or a .npy file [default: garments of Fashion-MNIST]",
        HelpName = "source",
    };

    readonly Option<string[]> _b = new("--b")
    {
        Description = "Images of the other domain [default: sketches of other garments]",
        HelpName = "source",
    };

    readonly Option<int?> _size = new Option<int?>("--size")
    {
        Description = "Resize all images to this many pixels a side, a multiple of 4 [default: as they are]",
        HelpName = "pixels",
    }.Within(8, 4096);

    readonly Option<int> _steps = new Option<int>("--steps")
    {
        Description = "Steps to train for",
        DefaultValueFactory = _ => new CycleGanOptions().Steps,
        HelpName = "count",
    }.Within(1);

    readonly Option<int> _batch = new Option<int>("--batch")
    {
        Description = "Images of each domain in a batch; 1 in the paper",
        DefaultValueFactory = _ => 4,
        HelpName = "count",
    }.Within(1, 4096);

    readonly Option<int> _width = new Option<int>("--width")
    {
        Description = "Channels of the first layer of each network; 64 in the paper, for photographs",
        DefaultValueFactory = _ => 16,
        HelpName = "channels",
    }.Within(1, 1024);

    readonly Option<int> _blocks = new Option<int>("--blocks")
    {
        Description = "Residual blocks of each translator; 6 to 9 in the paper",
        DefaultValueFactory = _ => 3,
        HelpName = "count",
    }.Within(0, 64);

    readonly Option<double?> _rate = new Option<double?>("--lr")
    {
        Description = "Adam's learning rate, for all networks [default: 2e-4]",
        HelpName = "rate",
    }.Positive();

    readonly Option<string> _onNan = CommonOptions.OnNan();

    public static Command Create(ToolConsole console, CancellationToken stop) => new CycleGanCommand().Build(console, stop);

    Command Build(ToolConsole console, CancellationToken stop)
    {
        Command command = new("cyclegan", "Trains translators between two unpaired sets of images; by default between garments and their sketches.")
        {
            _a, _b, _size, _steps, _batch, _width, _blocks, _rate, _onNan,
        };
        foreach (Option option in _run.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => Run(parsed, console, stop));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console, CancellationToken stop)
    {
        Compute.Threads = parsed.GetValue(_run.Threads);
        CycleGanRun run = Make(parsed);
        using RunFolder folder = RunFolder.Create<CycleStep>(_run.Folder(parsed, "cyclegan"));
        CycleGanRunRecord record = (CycleGanRunRecord)run.Record;
        console.Output.WriteLine($"Training cyclegan between {record.A.Count} images of {record.A.Source} and {record.B.Count} of {record.B.Source} into {folder.Path}");
        return Report(RunOptions.Execute(run, folder, console, stop), console);
    }

    /// <summary>Says how near the translations come to the truth, where it is known.</summary>
    public static int Report((int Code, RunRecord Record) end, ToolConsole console)
    {
        if (end.Record is CycleGanRunRecord { Quality: { } quality })
        {
            console.Output.WriteLine(Line("A to B", quality.AToB));
            console.Output.WriteLine(Line("B to A", quality.BToA));
        }

        return end.Code;
    }

    CycleGanRun Make(ParseResult parsed)
    {
        DataArguments? a = Load(parsed, _a);
        DataArguments? b = Load(parsed, _b);
        if (a is null != b is null)
        {
            throw new TrainingException($"Both domains are needed: give {(a is null ? "--a" : "--b")} as well, or neither for garments and their sketches.");
        }

        CycleGanOptions options = new()
        {
            Steps = parsed.GetValue(_steps),
            BatchSize = parsed.GetValue(_batch),
            LearningRate = parsed.GetValue(_rate) ?? new CycleGanOptions().LearningRate,
            OnNan = CommonOptions.OnNanOf(parsed, _onNan),
            Seed = parsed.GetValue(_run.Seed),
        };
        int width = parsed.GetValue(_width);
        ResnetTranslator translator = new(Width: width, Blocks: parsed.GetValue(_blocks));
        PatchDiscriminator discriminator = new(Width: width, Layers: 1);
        return CycleGanRun.Create(options, translator, discriminator, a, b, parsed.GetValue(_run.SampleEvery), parsed.GetValue(_run.CheckpointEvery));
    }

    DataArguments? Load(ParseResult parsed, Option<string[]> option) =>
        parsed.GetValue(option) is { Length: > 0 } sources ? DataArguments.Of(sources, parsed.GetValue(_size), ImageRange.MinusOneOne) : null;

    static string Line(string way, TranslationQuality.Way quality) => string.Create(
        CultureInfo.InvariantCulture,
        $"{way}: PSNR {quality.Psnr:F2} dB (a copy of the input {quality.CopyPsnr:F2}), SSIM {quality.Ssim:F3} ({quality.CopySsim:F3})");
}
