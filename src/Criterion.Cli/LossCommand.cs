using System.CommandLine;
using Criterion.Formats;
using Criterion.Losses;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>
/// <c>criterion loss NAME a.npy b.npy</c>, <c>criterion loss ssim a.png b.png</c>: any loss of the catalogue on arrays and pictures in
/// files.
/// </summary>
internal sealed class LossCommand
{
    const int Digits = 9;
    const string RangeOption = "range";

    readonly Argument<string> _name = new("name") { Description = "Loss of the catalogue; see criterion losses" };

    readonly Argument<string[]> _files = new("file")
    {
        Description = "The inputs in their order: criterion loss ssim prediction.png target.png",
        Arity = ArgumentArity.ZeroOrMore,
        DefaultValueFactory = static _ => [],
    };

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
        new Option<string?>(name) { Description = $"The {name[2..]}: {LossInput.Expected}", HelpName = "file" })];

    public static Command Create(ToolConsole console) => new LossCommand().Build(console);

    Command Build(ToolConsole console)
    {
        Command command = new("loss", "Evaluates a loss on arrays in .npy files or on images, and writes its gradient.")
        {
            _name, _files, _input, _option, _grad, _out, _tensors,
        };
        command.SetAction(parsed => Run(parsed, console));
        return command;
    }

    // Everything is computed before anything is written.
    int Run(ParseResult parsed, ToolConsole console)
    {
        CatalogueEntry entry = Catalogue.Find(parsed.GetValue(_name)!);
        LossInput[] given = Given(parsed, entry);
        Dictionary<string, string> settings = Settings(parsed, entry, given);
        ICriterion criterion = entry.Create(settings);
        (string Input, string File)[] gradients = Gradients(parsed);
        List<string> notes = [];
        Dictionary<string, Tensor[]> inputs = LossInput.Load(given, RangeOf(settings), notes);
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

        console.Note(notes);
        foreach ((CatalogueCall call, Tensor value) in results)
        {
            string name = results.Count > 1 ? $"{call.Name.ToLowerInvariant()} " : "";
            console.Output.WriteLine(value.Count == 1 ? $"{name}{NumberText.Significant(value.Item(), Digits)}" : $"{name}{value}");
        }

        files.ForEach(static written => Npy.Write(written.File, written.Array));
        return Tool.Success;
    }

    Dictionary<string, string> Settings(ParseResult parsed, CatalogueEntry entry, LossInput[] inputs)
    {
        Dictionary<string, string> settings = [];
        foreach ((string key, string value) in parsed.GetValue(_option)!.Select(text => Pair(text, _option)))
        {
            if (!settings.TryAdd(key, value))
            {
                throw new ToolException($"{_option.Name} {key} is given twice, as '{settings[key]}' and '{value}'. Give it once.");
            }
        }

        // Pictures are bytes, so their range is known.
        if (entry.Options.Any(static option => option.Name == RangeOption)
            && inputs.Length > 0 && inputs.All(static input => input.IsPicture))
        {
            settings.TryAdd(RangeOption, nameof(ImageRange.Byte));
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

    // The inputs of files in order, of options of their own, and of --input.
    LossInput[] Given(ParseResult parsed, CatalogueEntry entry)
    {
        string[] files = parsed.GetValue(_files)!;
        string[] names = [.. entry.Calls.Take(1).SelectMany(static call => call.Inputs).Select(static input => input.Name)];
        if (files.Length > names.Length)
        {
            throw new ToolException($"Unexpected argument '{UsageErrors.Shorten(files[names.Length])}': {entry.Name} takes "
                + $"{Counted.Of(names.Length, "input")}{(names.Length > 0 ? $": {string.Join(", ", names)}" : "")}.");
        }

        IEnumerable<LossInput> known =
            from tensor in _tensors
            let file = parsed.GetValue(tensor)
            where file is not null
            select new LossInput(tensor.Name[2..], file, tensor.Name);
        IEnumerable<LossInput> named =
            from text in parsed.GetValue(_input)!
            let pair = Pair(text, _input)
            select new LossInput(pair.Key, pair.Value, $"{_input.Name} {pair.Key}");
        return
        [
            .. names.Zip(files, static (name, file) => new LossInput(name, file, name)).Concat(known).Concat(named)
                .Select(static input => input.Checked()),
        ];
    }

    // A loss without a range reads bytes as they are.
    static ImageRange RangeOf(Dictionary<string, string> settings) =>
        settings.TryGetValue(RangeOption, out string? text) && ValueText.Parse(typeof(ImageRange), text) is ImageRange range
            ? range
            : ImageRange.Byte;

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
            $"{entry.Name} needs {string.Join(", ", Required(entry.Calls[0]))}: criterion loss {entry.Name} FILE FILE …, or "
                + "--input name=file for each.");
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
