using System.Reflection;
using System.Runtime.CompilerServices;
using Criterion.Losses;
using Criterion.Metrics;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Schedules;
using Module = Criterion.Nn.Module;

namespace Criterion.Tests.Fuzz;

// Anything else that a public method or constructor takes, made by its own constructor from drawn arguments.
sealed partial class FuzzDraw
{
    static readonly Type[] SimpleModules = [typeof(ReLU), typeof(Tanh), typeof(Identity), typeof(GELU), typeof(Flatten), typeof(Sigmoid)];

    int _depth;
    int _names;

    /// <summary>Modules that were made, whose parameters belong to what a call may change.</summary>
    public List<Module> Modules { get; } = [];

    /// <summary>What the method is called on; null for a static one.</summary>
    public object? Receiver() =>
        _target.Method.IsStatic ? null : _target.Type == typeof(Tensor) ? MainTensor() : Make(_target.Type, "", "");

    /// <summary>The tensor that an operation is called on, of the elements that it asks for.</summary>
    Tensor MainTensor()
    {
        if (!_target.Method.IsGenericMethod || Chance(0.2))
        {
            return Floats(Main);
        }

        Type element = _target.Method.GetGenericArguments()[0];
        return element == typeof(bool) ? Drawn(Main, DType.Bool, () => Next(0, 2))
            : element == typeof(byte) ? Drawn(Main, DType.UInt8, () => Next(0, 2))
            : element == typeof(long) ? Integers(Main, -5, 5)
            : Floats(Main);
    }

    public object?[] Arguments(ParameterInfo[] parameters, string owner) =>
        [.. parameters.Select(parameter => Argument(parameter, owner))];

    /// <summary>The arguments of the target; a state is mostly one that fits what it is loaded into.</summary>
    public object?[] Arguments(object? receiver) => Member == "LoadStateDict" && Chance(0.8)
        ? [receiver!.GetType().GetMethod("StateDict")!.Invoke(receiver, null), .. Arguments(_target.Parameters[1..], Owner)]
        : Arguments(_target.Parameters, Owner);

    object? Argument(ParameterInfo parameter, string owner)
    {
        Type type = parameter.ParameterType;
        if (type.IsByRef)
        {
            return null;
        }

        // Few drawn states fit their layer.
        if (Owner is "LSTM" or "GRU" && parameter.Name == "state" && Chance(0.8))
        {
            return null;
        }

        if (parameter.HasDefaultValue && Chance(0.5) && !(type == typeof(DType) && owner != "Tensor"))
        {
            if (FuzzScope.IsSpan(type))
            {
                return Array.CreateInstance(type.GetGenericArguments()[0], 0);
            }

            return parameter.DefaultValue is null && type.IsValueType && Nullable.GetUnderlyingType(type) is null
                ? RuntimeHelpers.GetUninitializedObject(type)
                : Converted(parameter.DefaultValue, type);
        }

        return typeof(Module).IsAssignableFrom(_target.Type) && Member == "Forward" && type == typeof(Tensor)
            ? Input()
            : Make(Nullable.GetUnderlyingType(type) ?? type, parameter.Name!, owner);
    }

    static object? Converted(object? value, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return value is not null && type.IsEnum ? Enum.ToObject(type, value) : value;
    }

    object? Make(Type type, string name, string owner)
    {
        return type switch
        {
            _ when type == typeof(Tensor) => TensorFor(owner, name),
            _ when type == typeof(int) => IntFor(name),
            _ when type == typeof(long) => LongFor(name),
            _ when type == typeof(double) => DoubleFor(name),
            _ when type == typeof(bool) => Chance(0.5),
            _ when type == typeof(string) => $"drawn {_names++}",
            _ when type == typeof(Size2) => SizeFor(name),
            _ when type == typeof(Shape) => ShapeFor(name),
            _ when type == typeof(DType) => owner == "Tensor" ? Of(Enum.GetValues<DType>()) : Float,
            _ when type.IsEnum =>
                Chance(0.02) ? Enum.ToObject(type, 99) : Enum.GetValues(type).GetValue(Next(0, Enum.GetNames(type).Length)),
            _ when type == typeof(RandomStream) => Stream(),
            _ when type == typeof(TensorIndex) => (TensorIndex)Next(-2, 2),
            _ when type.IsArray => ArrayOf(type, name, owner),
            _ when type.IsGenericType => MakeGeneric(type, name, owner),
            _ => Construct(type),
        };
    }

    RandomStream Stream()
    {
        RandomStream stream = new((ulong)Next(0, 1000));
        Streams.Add(stream);
        return stream;
    }

    Array ArrayOf(Type type, string name, string owner)
    {
        Type element = type.GetElementType()!;
        if (type.GetArrayRank() > 1)
        {
            return Array.CreateInstance(element, [.. Enumerable.Range(0, type.GetArrayRank()).Select(_ => Next(0, 4))]);
        }

        return element == typeof(int) ? IntsFor(name)
            : element == typeof(TensorIndex) ? IndicesFor()
            : element.IsPrimitive ? Array.CreateInstance(element, Chance(0.9) ? Main.Count : Next(0, 9))
            : Filled(element, name, owner);
    }

    Array Filled(Type element, string name, string owner)
    {
        int count = Chance(0.05) ? 0 : Next(1, 4);
        Array array = Array.CreateInstance(element, count);
        for (int i = 0; i < count; i++)
        {
            array.SetValue(Make(element, name, owner), i);
        }

        return array;
    }

    object? MakeGeneric(Type type, string name, string owner)
    {
        Type open = type.GetGenericTypeDefinition();
        Type first = type.GetGenericArguments()[0];
        return type switch
        {
            _ when FuzzScope.IsSpan(type) || (open == typeof(IEnumerable<>) && first.IsPrimitive) =>
                ArrayOf(first.MakeArrayType(), name, owner),
            _ when type == typeof(Func<Tensor, Tensor>) => Function(name),
            _ when type == typeof(Func<Tensor, Tensor, Tensor>) => (Func<Tensor, Tensor, Tensor>)(static (a, b) => (a - b).Abs().Sum(-1)),
            _ when type == typeof(Func<long, double>) => (Func<long, double>)(static step => 1.0 / (1 + step)),
            _ when type == typeof(Func<IReadOnlyList<double>>) => (Func<IReadOnlyList<double>>)(static () => [1.0, 2]),
            _ when type == typeof(Action<IReadOnlyList<double>>) => (Action<IReadOnlyList<double>>)(static _ => { }),
            _ when open == typeof(System.Numerics.Tensors.Tensor<>) => SystemTensor(first),
            _ when open == typeof(IReadOnlyDictionary<,>) => new Dictionary<string, Tensor> { ["weight"] = Floats(Main) },
            _ when typeof(ITuple).IsAssignableFrom(type) =>
                Activator.CreateInstance(type, [.. type.GetGenericArguments().Select(t => Make(t, name, owner))]),
            _ when first == typeof(Tensor) && owner is "GradientClip" or "WeightClip" => Parameters(),
            _ => Filled(first, name, owner),
        };
    }

    static Func<Tensor, Tensor> Function(string name) => name switch
    {
        "augment" => static x => x * 0.9,
        "generator" => static x => x.Tanh().Unsqueeze(-1).Unsqueeze(-1),
        _ => static x => x.Rank == 0 ? x * x : (x * x).Flatten(Math.Min(1, x.Rank - 1)).Sum(-1),
    };

    object SystemTensor(Type element)
    {
        Array values = Array.CreateInstance(element, Main.Count);
        return typeof(FuzzDraw).GetMethod(nameof(Wrapped), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(element).Invoke(null, [values, Main.Select(static n => (nint)n).ToArray()])!;
    }

    static System.Numerics.Tensors.Tensor<T> Wrapped<T>(T[] values, nint[] lengths) =>
        System.Numerics.Tensors.Tensor.Create(values, lengths);

    /// <summary>Leaves, most of them with a gradient.</summary>
    Tensor[] Parameters()
    {
        Tensor[] leaves = [.. Enumerable.Range(0, Next(1, 4)).Select(_ => Floats(Any()).Detach().Clone())];
        foreach (Tensor leaf in leaves.Where(static leaf => leaf.DType.IsFloat()))
        {
            leaf.RequiresGrad = true;
            leaf.Grad = Chance(0.8) ? Floats(Meeting(leaf.Shape)).Detach().Clone().To(leaf.DType) : null;
        }

        Tensors.AddRange(leaves);
        return leaves;
    }

    object Construct(Type type)
    {
        if (type == typeof(Schedule) && Chance(0.8))
        {
            return new ConstantSchedule(0.5);
        }

        if (type.IsAbstract)
        {
            type = typeof(Module) == type && _depth > 0 ? Of<Type>(SimpleModules) : Of<Type>(FuzzScope.Concrete(type));
        }

        _depth++;
        object made = type switch
        {
            _ when type == typeof(RandomStream) => Stream(),
            _ when type == typeof(LambdaLoss) => Loss.From(static (x, y) => (x - y).Abs()),
            _ when type == typeof(FeatureStatistics) => FeatureStatistics.Of(Floats(Main)),
            _ when type == typeof(RetrievalResult) => Retrieved(),
            _ when type == typeof(RetrievalScore) => Retrieved().MeanAveragePrecision,
            _ when type == typeof(LossReport) =>
                LossReport.From(("first", Owner == "GradientBalance" ? Differentiable().Sum() : Floats([]), 1.0)),
            _ when typeof(Optimizer).IsAssignableFrom(type) => Invoke(type, (object)Parameters()),
            _ => Invoke(type),
        };
        _depth--;
        if (made is Module module)
        {
            Refill(module);
        }

        return made;
    }

    RetrievalResult Retrieved() => new RetrievalEvaluator(depth: 2, unmatched: UnmatchedQueries.Zero).Evaluate(
        Tensor.Randn([5, 2], DType.Float64, new RandomStream((ulong)Next(0, 1000))), Tensor.From([0L, 1, 0, 1, 0]));

    object Invoke(Type type, params ReadOnlySpan<object> given)
    {
        ConstructorInfo constructor = type.GetConstructors().MaxBy(static c => c.GetParameters().Length)
            ?? throw new NotSupportedException($"The fuzzer cannot make a {type}: it has no public constructor.");
        object?[] arguments = [.. given, .. Arguments([.. constructor.GetParameters().Skip(given.Length)], type.Name)];
        return FuzzConstructor.Of(constructor)(arguments);
    }

    /// <summary>Draws the numbers of a module anew, so that they are the same in either element type.</summary>
    void Refill(Module module)
    {
        Modules.Add(module);
        using var off = Autograd.NoGrad();
        foreach ((string name, Tensor value) in module.NamedParameters().Concat(module.NamedBuffers()))
        {
            double low = name.EndsWith("var", StringComparison.Ordinal) ? 0.5 : -1;
            double[] values = [.. Enumerable.Range(0, value.Count).Select(_ => (double)(float)(low + (1.5 * _random.NextDouble())))];
            if (value.DType.IsFloat())
            {
                value.CopyFrom(Tensor.From(values, value.Shape));
            }
        }
    }
}
