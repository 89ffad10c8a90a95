using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Criterion.Cli;
using Criterion.Losses;

namespace Criterion.Samples.Browser;

/// <summary>The losses of the library that are functions of one number, found by reflection.</summary>
internal sealed class LossList
{
    const int Points = 241;

    // Each is an image or several.
    const int PointsOfImages = 41;

    static readonly Dictionary<string, LossList> ByName = typeof(ICriterion).Assembly.GetTypes()
        .Where(static type => type is { IsAbstract: false, IsPublic: true } && type.IsDefined(typeof(CatalogueAttribute)))
        .Select(static type => new LossList(type))
        .Where(static loss => loss.HasCurve)
        .ToDictionary(static loss => loss._type.Name);

    readonly Type _type;
    readonly ConstructorInfo _constructor;
    readonly ParameterInfo[] _options;

    LossList(Type type)
    {
        _type = type;
        _constructor = type.GetConstructors()
            .Where(static c => c.GetParameters().All(static p => p.HasDefaultValue || IsOption(p)))
            .MaxBy(static c => c.GetParameters().Length)!;
        _options = [.. _constructor.GetParameters().Where(static p => IsOption(p) && p.Name != "reduction")];
    }

    /// <summary>Gets the losses by family and name.</summary>
    public static IReadOnlyList<LossInfo> All =>
    [
        .. ByName.Values.Select(static loss => loss.Info()).OrderBy(static info => info.Family).ThenBy(static info => info.Name),
    ];

    /// <summary>Returns a loss by the name of its type.</summary>
    public static LossList Find(string name) =>
        ByName.TryGetValue(name, out LossList? loss) ? loss : throw new ArgumentException($"There is no loss '{name}'.");

    /// <summary>Evaluates the loss and its first two derivatives along each of its curves.</summary>
    public LossPlot Plot(IReadOnlyDictionary<string, JsonElement> options)
    {
        ICriterion loss = Create(options);
        int points = _type.GetCustomAttribute<CatalogueAttribute>()!.Family == LossFamily.Image ? PointsOfImages : Points;
        return new([.. loss.Curves().Select(curve => Evaluate(curve, points))], Formula(loss), null);
    }

    bool HasCurve => Create(new Dictionary<string, JsonElement>()).Curves().Any();

    LossInfo Info()
    {
        CatalogueAttribute about = _type.GetCustomAttribute<CatalogueAttribute>()!;
        return new(_type.Name, about.Family.ToString(), about.Source, about.Alternatives, [.. _options.Select(Info)]);
    }

    static OptionInfo Info(ParameterInfo option)
    {
        string kind = option.ParameterType.IsEnum ? "choice" : option.ParameterType == typeof(bool) ? "flag" : "number";
        string initial = Convert.ToString(Default(option), CultureInfo.InvariantCulture)!;
        return new(option.Name!, kind, initial, option.ParameterType.IsEnum ? Enum.GetNames(option.ParameterType) : []);
    }

    ICriterion Create(IReadOnlyDictionary<string, JsonElement> options)
    {
        try
        {
            return (ICriterion)_constructor.Invoke([.. _constructor.GetParameters().Select(parameter => Argument(parameter, options))]);
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException or CriterionException)
        {
            throw new ArgumentException(e.InnerException.Message, e);
        }
    }

    static object? Argument(ParameterInfo parameter, IReadOnlyDictionary<string, JsonElement> options) =>
        !options.TryGetValue(parameter.Name!, out JsonElement value) ? Default(parameter)
        : parameter.ParameterType.IsEnum ? Enum.Parse(parameter.ParameterType, value.GetString()!)
        : parameter.ParameterType == typeof(bool) ? value.GetBoolean()
        : parameter.ParameterType == typeof(int) ? (int)Math.Round(value.GetDouble())
        : value.GetDouble();

    static object? Default(ParameterInfo parameter) => parameter switch
    {
        { ParameterType.IsEnum: true } => Enum.ToObject(parameter.ParameterType, parameter.HasDefaultValue ? parameter.DefaultValue! : 0),
        { HasDefaultValue: true } => parameter.DefaultValue,
        _ when parameter.ParameterType == typeof(double) => 0.0,
        _ when parameter.ParameterType == typeof(int) => 0,
        _ => false,
    };

    static bool IsOption(ParameterInfo parameter) => parameter.ParameterType.IsEnum
        || parameter.ParameterType == typeof(double) || parameter.ParameterType == typeof(int) || parameter.ParameterType == typeof(bool);

    static PlottedCurve Evaluate(LossCurve curve, int points)
    {
        Tensor x = Tensor.Linspace(curve.From, curve.To, points, DType.Float64);
        x.RequiresGrad = true;
        Tensor value = curve.Value(x);
        Tensor gradient = Derivative(value, x);
        return new(curve.Name, curve.Axis, Numbers(x), Numbers(value), Numbers(gradient), Numbers(Derivative(gradient, x)));
    }

    // Each value depends on its own x only, so that the gradient of the sum is the derivative of each.
    static Tensor Derivative(Tensor y, Tensor x) =>
        y.RequiresGrad ? Autograd.Grad([y.Sum()], [x], createGraph: true, allowUnused: true)[0] : Tensor.ZerosLike(x);

    static double?[] Numbers(Tensor x) => [.. x.Detach().ToArray<double>().Select(static v => double.IsFinite(v) ? v : (double?)null)];

    static IReadOnlyList<string> Formula(ICriterion loss)
    {
        try
        {
            return [.. loss.ToLatex().Split('\n').SelectMany(UnicodeMath.Lines)];
        }
        catch (FormatException)
        {
            return [loss.ToLatex()];
        }
    }
}
