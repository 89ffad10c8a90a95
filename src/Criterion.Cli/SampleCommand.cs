using System.CommandLine;
using Criterion.Formats;
using Criterion.Nn;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion sample RUN</c>.</summary>
internal sealed class SampleCommand
{
    const string Expected = "Expected the folder of a finished or stopped run of a GAN.";

    readonly Argument<string> _run = new("run") { Description = $"Folder of a training of a GAN, or its {GeneratorFile.Name}" };

    readonly Option<int?> _count = new Option<int?>("--count")
    {
        Description = "Number of samples [default: 64 images or 1000 points]",
        HelpName = "count",
    }.Within(1, 100_000);

    readonly Option<string> _out = new Option<string>("--out")
    {
        Description = "New file: .png for a grid of all samples; .npy for Float32: images [count, channels, height, width], values in [-1, "
            + "1], or points [count, 2]",
        Required = true,
        HelpName = "file",
    }.Must(path => Extension(path) is ".PNG" or ".NPY", "a name that ends in .png or .npy");

    readonly Option<int?> _class = new Option<int?>("--class")
    {
        Description = "Class of all samples, from 0 [default: all classes in turn, a row of the grid each]",
        HelpName = "number",
    }.Within(0, 65535);

    readonly Option<ulong> _seed = CommonOptions.Seed("Seed of the samples");

    public static Command Create(ToolConsole console) => new SampleCommand().Build(console);

    Command Build(ToolConsole console)
    {
        Command command = new("sample", "Draws images or points from a trained generator.") { _run, _count, _out, _class, _seed };
        command.SetAction(parsed => Run(parsed, console));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console)
    {
        string file = Paths.ToCreate(parsed.GetValue(_out)!, _out.Name);
        (GanNetworks network, Sequential generator) = GeneratorFile.Read(Generator(parsed.GetValue(_run)!));
        int? label = parsed.IsGiven(_class) ? CheckedClass(parsed.GetValue(_class)!.Value, network) : null;
        Tensor latents = network.Latents(
            parsed.GetValue(_count) ?? network.SamplesInPicture, new RandomStream(parsed.GetValue(_seed)), label);
        Tensor samples = generator.InBatches(latents);
        Write(file, samples, network, label);
        console.Output
            .WriteLine(network is ImageNetworks { Size: var side }
                ? $"{Counted.Of(samples.Shape[0], "image")} of {side}x{side} in {file}"
                : $"{Counted.Of(samples.Shape[0], "point")} in {file}");
        return Tool.Success;
    }

    int CheckedClass(int label, GanNetworks network) => label < network.Classes ? label
        : throw new ToolException(network.Classes == 0
            ? $"{_class.Name} has no effect here: the generator was trained without classes. Remove it, or train with --classes projection."
            : $"Invalid value '{label}' for {_class.Name}. Expected a class of the generator, from 0 to {network.Classes - 1}.");

    static void Write(string file, Tensor samples, GanNetworks network, int? label)
    {
        if (Extension(file) == ".NPY")
        {
            Npy.Write(file, samples);
        }
        else
        {
            // A grid of one class has no rows of classes.
            Png.Write(file, (label is null ? network : network with { Classes = 0 }).Picture(samples));
        }
    }

    /// <summary>Returns the file of the generator in a folder, or the file itself.</summary>
    /// <exception cref="ToolException">There is none.</exception>
    internal static string Generator(string run)
    {
        string file = Directory.Exists(run) ? Path.Combine(run, GeneratorFile.Name) : run;
        return File.Exists(file)
            ? file
            : throw new ToolException($"There is no '{file}'. "
                + $"{(Directory.Exists(run) && RunFolder.Holds(run) is not null ? Fix(run) : Expected)}");
    }

    static string Fix(string run) => RunFolder.ReadRecord(run) switch
    {
        GanRunRecord => $"The run is unfinished. Resume it: criterion train --resume {run}",
        PairedRunRecord paired => $"'{run}' is a run of {paired.Recipe}, which translates images and draws none. {Expected}",
        var other => $"'{run}' is a run of {other.Recipe}, which has no generator. Expected the folder of a run of a GAN.",
    };

    static string Extension(string path) => Path.GetExtension(path).ToUpperInvariant();
}
