using System.CommandLine;
using Criterion.Nn;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion export RUN</c>.</summary>
internal sealed class ExportCommand
{
    const string AToB = "a-to-b";
    const string BToA = "b-to-a";

    readonly Argument<string> _run = new("run") { Description = "Folder of a finished or stopped run" };

    readonly Option<string> _onnx = new Option<string>("--onnx")
    {
        Description = "New .onnx file, which ONNX Runtime and others compute: opset 17, any batch size, Float32",
        Required = true,
        HelpName = "file",
    }.Must(static path => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase), "a name that ends in .onnx");

    readonly Option<string?> _translator = new Option<string?>("--translator")
    {
        Description = $"Translator of a run of train cyclegan: {AToB} or {BToA} [default: {AToB}]",
        HelpName = "direction",
    }.OneOf(AToB, BToA);

    public static Command Create(ToolConsole console) => new ExportCommand().Build(console);

    Command Build(ToolConsole console)
    {
        Command command = new("export",
            "Writes the trained network of a run as ONNX for other runtimes: the generator of a GAN, a translator of images, or the "
                + "encoder of a Siamese network.")
        {
            _run, _onnx, _translator,
        };
        command.SetAction(parsed => Run(parsed, console));
        return command;
    }

    int Run(ParseResult parsed, ToolConsole console)
    {
        string file = Paths.ToCreate(parsed.GetValue(_onnx)!, _onnx.Name);
        (string name, Module network, Shape input) = Read(parsed);
        Onnx.Write(file, network, input);
        Shape output = network.InBatches(Tensor.Zeros([1, .. input])).Shape;
        console.Output.WriteLine($"The {name} is in {file}: input {OfBatch(input)}, output {OfBatch([.. output.Skip(1)])}");
        return Tool.Success;
    }

    (string Name, Module Network, Shape Input) Read(ParseResult parsed)
    {
        string run = parsed.GetValue(_run)!;
        RunRecord record = RunFolder.ReadRecord(run);
        if (record is CycleGanRunRecord cycle)
        {
            (Sequential aToB, Sequential bToA) = CycleGanRun.ReadTranslators(run);
            return parsed.GetValue(_translator) == BToA
                ? ("translator of B to A", bToA, [.. cycle.B.Shape])
                : ("translator of A to B", aToB, [.. cycle.A.Shape]);
        }

        if (record is CutRunRecord cut && parsed.GetValue(_translator) != BToA)
        {
            return ("translator of A to B", CutRun.ReadTranslator(run), [.. cut.A.Shape]);
        }

        if (parsed.IsGiven(_translator))
        {
            throw new ToolException(
                $"{_translator.Name} has no effect here: '{run}' is a run of {record.Recipe}, which "
                    + $"has {Missing(record)}. Omit it.");
        }

        if (record is PairedRunRecord paired)
        {
            return ("translator", PairedRun.ReadTranslator(run), [.. paired.Input.Shape]);
        }

        return record is EmbeddingRunRecord siamese ? ("encoder", EncoderFile.Read(run), [.. siamese.Data.Shape]) : Generator(run);
    }

    static string Missing(RunRecord record) => record switch
    {
        CutRunRecord => "no translator of B to A",
        PairedRunRecord => "one direction",
        _ => "no translators",
    };

    static (string Name, Module Network, Shape Input) Generator(string run)
    {
        (GanNetworks networks, Sequential generator) = GeneratorFile.Read(SampleCommand.Generator(run));
        return ("generator", generator, [.. networks.Latents(1, new RandomStream(0)).Shape.Skip(1)]);
    }

    static string OfBatch(Shape shape) => $"[{string.Join(", ", shape.Select(static size => $"{size}").Prepend("N"))}]";
}
