using System.CommandLine;
using Criterion.Formats;
using Criterion.Losses;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary><c>criterion loss NAME --prediction a.npy --target b.npy</c>: any loss of the catalogue on saved arrays.</summary>
internal sealed class LossCommand
{
    const int Digits = 9;

    readonly Argument<string> _name = new("name") { Description = "Loss of the catalogue; see criterion losses" };

    readonly Option<string[]> _input = new("--input")
    {
        Description = "Another input of the loss by name: --input anchor=a.npy. Repeat it for a list",
        HelpName = "name=file",
        DefaultValueFactory = static _ => [],
    };

    readonly Option<string[]> _option = new("--option")
    {
        Description = "Option of the loss: --option margin=0.5",
        HelpName = "key=value",
        DefaultValueFactory = static _ => [],
    };

    readonly Option<string[]> _grad = new("--grad")
    {
        Description = "Write the gradient with respect to the first input, or to another: --grad target=g.npy",
        HelpName = "file",
        DefaultValueFactory = static _ => [],
    };

    readonly Option<string?> _out = new("--out")
    {
        Description = "Write the loss, such as with --option reduction=none",
        HelpName = "file",
    };

    readonly Option<string?>[] _tensors = [.. ((string[])["--prediction", "--target", "--real", "--fake"]).Select(static name =>
        new Option<string?>(name) { Description = $"The {name[2..]}: a .npy file", HelpName = "file" })];

    public static Command Create(ToolConsole console) => new LossCommand().Build(console);

    Command Build(ToolConsole console)
    {
        Command command = new("loss", "Evaluates a loss on arrays in .npy files, and writes its gradient.")
        {
            _name, _input, _option, _grad, _out, _tensors,
        };
        command.SetAction(parsed => Run(parsed, console.Output));
        return command;
    }

    // Everything is computed before anything is written.
    int Run(ParseResult parsed, TextWriter output)
    {
        CatalogueEntry entry = Catalogue.Find(parsed.GetValue(_name)!);
        ICriterion criterion = entry.Create(Settings(parsed, entry));
        (string Input, string File)[] gradients = Gradients(parsed);
        Dictionary<string, Tensor[]> inputs = Inputs(parsed);
        List<(CatalogueCall Call, Tensor Value)> results =
        [
            .. Fitting(entry, inputs).Select(call => (call, call.Invoke(criterion, inputs))),
        ];
        List<(string File, Tensor Array)> files =
        [
            .. gradients.Select(gradient => (gradient.File, Gradient(gradient.Input, results[0].Call, results[0].Value, inputs))),
        ];
        if (parsed.GetValue(_out) is { } file)
        {
            files.Add((file, results[0].Value.Detach()));
        }

        foreach ((CatalogueCall call, Tensor value) in results)
        {
            string name = results.Count > 1 ? $"{call.Name.ToLowerInvariant()} " : "";
            output.WriteLine(value.Count == 1 ? $"{name}{NumberText.Significant(value.Item(), Digits)}" : $"{name}{value}");
        }

        files.ForEach(static written => Npy.Write(written.File, written.Array));
        return Tool.Success;
    }

    Dictionary<string, string> Settings(ParseResult parsed, CatalogueEntry entry)
    {
        Dictionary<string, string> settings = [];
        foreach ((string key, string value) in parsed.GetValue(_option)!.Select(text => Pair(text, _option)))
        {
            if (!settings.TryAdd(key, value))
            {
                throw new ToolException($"{_option.Name} {key} is given twice, as '{settings[key]}' and '{value}'. Give it once.");
            }
        }

        return entry.Options.FirstOrDefault(option => option.IsRequired && !settings.ContainsKey(option.Name)) is { } missing
            ? throw new ToolException($"{entry.Name} needs {_option.Name} {missing.Name}=VALUE: {missing.Accepts}.")
            : settings;
    }

    // The files to write, and for each the input to differentiate with respect to; empty for the first input.
    (string Input, string File)[] Gradients(ParseResult parsed)
    {
        (string Input, string File)[] gradients =
        [
            .. parsed.GetValue(_grad)!.Select(text => text.Contains('=', StringComparison.Ordinal) ? Pair(text, _grad) : ("", text)),
        ];
        string[] files = [.. gradients.Select(gradient => Paths.ToCreate(gradient.File, _grad.Name))];
        string[] all = parsed.GetValue(_out) is { } file ? [.. files, Paths.ToCreate(file, _out.Name)] : files;
        return all.CountBy(Path.GetFullPath).FirstOrDefault(static file => file.Value > 1).Key is { } twice
            ? throw new ToolException($"'{twice}' is given for two outputs. Give every {_grad.Name} and {_out.Name} its own file.")
            : gradients;
    }

    // Float inputs are leaves, so that each has a gradient.
    Dictionary<string, Tensor[]> Inputs(ParseResult parsed)
    {
        IEnumerable<(string Name, string File, string Option)> known =
            from tensor in _tensors
            let file = parsed.GetValue(tensor)
            where file is not null
            select (tensor.Name[2..], file, tensor.Name);
        IEnumerable<(string Name, string File, string Option)> named =
            from text in parsed.GetValue(_input)!
            let pair = Pair(text, _input)
            select (pair.Key, pair.Value, $"{_input.Name} {pair.Key}");
        return known.Concat(named)
            .GroupBy(static input => input.Name, static input => Leaf(Paths.ToRead(input.File, input.Option, "a .npy file")))
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
            throw new ToolException($"{entry.Name} takes more than tensors ({entry.About.Shapes}), which only code can pass. Use "
                + $"{entry.Type.Name}.");
        }

        string[] known = [.. entry.Calls.SelectMany(static call => call.Inputs).Select(static input => input.Name).Distinct()];
        if (inputs.Keys.FirstOrDefault(name => !known.Contains(name)) is { } other)
        {
            throw new ToolException($"{entry.Name} has no input '{other}'.{Suggestion.For(other, known)} Its inputs: "
                + $"{string.Join(", ", known)}.");
        }

        if (inputs.FirstOrDefault(input => input.Value.Length > 1
            && !entry.Calls.Any(call => call.TakesList(input.Key))) is { Key: { } twice, Value.Length: var times })
        {
            throw new ToolException($"'{twice}' is given {times} times, and {entry.Name} expects one tensor. Give it once.");
        }

        // Of several overloads, the first is used.
        List<CatalogueCall> fitting = [.. entry.Calls.Where(call => call.Accepts(inputs)).DistinctBy(static call => call.Name)];
        return fitting.Count > 0 ? fitting : throw new ToolException(
            $"{entry.Name} needs {string.Join(", ", Required(entry.Calls[0]))}: --input name=file.npy for each.");
    }

    static IEnumerable<string> Required(CatalogueCall call) =>
        call.Inputs.Where(static input => input.IsRequired).Select(static input => input.Name);

    Tensor Gradient(string input, CatalogueCall call, Tensor value, Dictionary<string, Tensor[]> inputs)
    {
        string name = input.Length > 0 ? input : call.Inputs.First().Name;
        Tensor x = inputs.GetValueOrDefault(name)?[0]
            ?? throw new ToolException($"There is no input '{name}' for {_grad.Name}. Expected one of {string.Join(", ", inputs.Keys)}.");
        return value.RequiresGrad && x.RequiresGrad
            ? Autograd.Grad([value.Sum()], [x], retainGraph: true, allowUnused: true)[0]
            : throw new ToolException($"{_grad.Name}: '{name}' has {x.DType} elements, which have no gradient. Save it as floats.");
    }

    static (string Key, string Value) Pair(string text, Option option) => text.Split('=', 2) is [{ Length: > 0 } key, { Length: > 0 } value]
        ? (key, value)
        : throw new ToolException(UsageErrors.Invalid(text, option.Name,
            option.HelpName!.Contains('=', StringComparison.Ordinal) ? option.HelpName : "file or name=file"));
}
