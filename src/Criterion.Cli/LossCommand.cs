using System.CommandLine;
using System.Globalization;
using Criterion.Formats;
using Criterion.Losses;

namespace Criterion.Cli;

/// <summary><c>criterion loss NAME --prediction a.npy --target b.npy</c>: any loss of the catalogue on saved arrays.</summary>
internal sealed class LossCommand
{
    readonly Argument<string> _name = new("name") { Description = "A loss of the catalogue: see criterion losses" };

    readonly Option<string[]> _input = new("--input")
    {
        Description = "Any other tensor that the loss takes, by its name: --input anchor=a.npy; again for a list of them",
        HelpName = "name=file",
        DefaultValueFactory = static _ => [],
    };

    readonly Option<string[]> _option = new("--option")
    {
        Description = "An option of the loss: --option margin=0.5",
        HelpName = "key=value",
        DefaultValueFactory = static _ => [],
    };

    readonly Option<string[]> _grad = new("--grad")
    {
        Description = "Write the gradient of the loss by its first input, or by another: --grad target=g.npy",
        HelpName = "file",
        DefaultValueFactory = static _ => [],
    };

    readonly Option<string?> _out = new("--out") { Description = "Write the loss itself, for --option reduction=none", HelpName = "file" };

    readonly Option<string?>[] _tensors = [.. ((string[])["--prediction", "--target", "--real", "--fake"]).Select(static name =>
        new Option<string?>(name) { Description = $"The {name[2..]}: a .npy file", HelpName = "file" })];

    public static Command Create(ToolConsole console) => new LossCommand().Build(console);

    Command Build(ToolConsole console)
    {
        Command command = new("loss", "Evaluates a loss on arrays in .npy files, and writes its gradient.") { _name, _input, _option, _grad, _out };
        foreach (Option<string?> tensor in _tensors)
        {
            command.Options.Add(tensor);
        }

        command.SetAction(parsed => Run(parsed, console.Output));
        return command;
    }

    int Run(ParseResult parsed, TextWriter output)
    {
        CatalogueEntry entry = Catalogue.Find(parsed.GetValue(_name)!);
        ICriterion criterion = entry.Create(
            parsed.GetValue(_option)!.Select(static text => Pair(text, "--option key=value")).ToDictionary(static pair => pair.Key, static pair => pair.Value));
        Dictionary<string, Tensor[]> inputs = Inputs(parsed);
        List<(CatalogueCall Call, Tensor Value)> results = [.. Fitting(entry, inputs).Select(call => (call, call.Invoke(criterion, inputs)))];
        foreach ((CatalogueCall call, Tensor value) in results)
        {
            string name = results.Count > 1 ? $"{call.Name.ToLowerInvariant()} " : "";
            output.WriteLine(value.Count == 1 ? $"{name}{value.Item().ToString("G9", CultureInfo.InvariantCulture)}" : $"{name}{value}");
        }

        if (parsed.GetValue(_out) is { } file)
        {
            Npy.Write(Tool.NewFile(file), results[0].Value.Detach());
        }

        foreach (string gradient in parsed.GetValue(_grad)!)
        {
            WriteGradient(gradient, results[0].Call, results[0].Value, inputs);
        }

        return Tool.Success;
    }

    // Float inputs are leaves, so that there is a gradient by each.
    Dictionary<string, Tensor[]> Inputs(ParseResult parsed)
    {
        IEnumerable<(string Name, string File)> known =
            from tensor in _tensors
            let file = parsed.GetValue(tensor)
            where file is not null
            select (tensor.Name[2..], file);
        return known.Concat(parsed.GetValue(_input)!.Select(static text => Pair(text, "--input name=file")))
            .GroupBy(static pair => pair.Item1, static pair => Leaf(pair.Item2))
            .ToDictionary(static group => group.Key, static group => group.ToArray());
    }

    static Tensor Leaf(string file)
    {
        Tensor x = Npy.Read(file);
        x.RequiresGrad = x.DType.IsFloat();
        return x;
    }

    static List<CatalogueCall> Fitting(CatalogueEntry entry, Dictionary<string, Tensor[]> inputs)
    {
        if (entry.Calls.Count == 0)
        {
            throw new CatalogueException($"{entry.Name} is not made of tensors alone ({entry.About.Shapes}): use it in code.");
        }

        string[] known = [.. entry.Calls.SelectMany(static call => call.Inputs).Select(static input => input.Name).Distinct()];
        if (inputs.Keys.FirstOrDefault(name => !known.Contains(name)) is { } other)
        {
            throw new CatalogueException($"{entry.Name} takes no '{other}'; it takes {string.Join(", ", known)}.");
        }

        // Of several ways to call the same, the first will do.
        List<CatalogueCall> fitting = [.. entry.Calls.Where(call => call.Fits(inputs)).DistinctBy(static call => call.Name)];
        return fitting.Count > 0 ? fitting : throw new CatalogueException(
            $"{entry.Name} needs {string.Join(", ", entry.Calls[0].Inputs.Where(static input => input.IsRequired).Select(static input => input.Name))}: --input name=file.npy for each.");
    }

    static void WriteGradient(string target, CatalogueCall call, Tensor value, Dictionary<string, Tensor[]> inputs)
    {
        (string name, string file) = target.Contains('=', StringComparison.Ordinal) ? Pair(target, "--grad name=file") : (call.Inputs.First().Name, target);
        Tensor input = inputs.GetValueOrDefault(name)?[0]
            ?? throw new CatalogueException($"There is no input '{name}' to differentiate by; given are {string.Join(", ", inputs.Keys)}.");
        Tensor[] gradient = value.RequiresGrad && input.RequiresGrad
            ? Autograd.Grad([value.Sum()], [input], retainGraph: true, allowUnused: true)
            : throw new CatalogueException($"{name} has {input.DType} elements, by which there is no gradient; save it as floats.");
        Npy.Write(Tool.NewFile(file), gradient[0]);
    }

    static (string Key, string Value) Pair(string text, string form) => text.Split('=', 2) is [var key, var value]
        ? (key, value)
        : throw new CatalogueException($"'{text}' should be {form}.");
}
