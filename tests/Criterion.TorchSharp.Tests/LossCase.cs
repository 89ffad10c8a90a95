using System.Reflection;
using TorchSharp;

namespace Criterion.TorchSharp.Tests;

/// <summary>A call of a method of a loss or metric, on tensors of Criterion and of TorchSharp.</summary>
/// <param name="Owner">The loss, or the type of a static method.</param>
/// <param name="Name">The name of the method.</param>
/// <param name="Arguments">Operands, lists of them, null, or other values.</param>
public sealed record LossCase(object Owner, string Name, params object?[] Arguments)
{
    /// <summary>Marks the argument of an out parameter.</summary>
    public static readonly object Out = new();

    /// <summary>The seed of a random stream that each call gets anew.</summary>
    public sealed record Seed(ulong Value);

    /// <summary>The method of Criterion.</summary>
    public MethodInfo Method => Candidates().Single(IsCalled);

    /// <summary>The criterion that is called.</summary>
    public Type Type => Owner as Type ?? Owner.GetType();

    IEnumerable<Operand> Operands => Arguments.SelectMany(static argument => argument switch
    {
        Operand operand => [operand],
        Operand[] list => list,
        _ => (Operand[])[],
    });

    /// <summary>Draws the inputs.</summary>
    public Tensor[] Draw(DType type)
    {
        RandomStream random = new(7);
        return [.. Operands.Select(operand => operand.Draw(random)).Select(x => x.DType.IsFloat() ? x.To(type) : x)];
    }

    public object? Call(Tensor[] inputs) => Invoke(Method, Owner is Type ? null : Owner, [], inputs);

    public object? Call(torch.Tensor[] inputs) => Invoke(Extension(Method), null, Owner is Type ? [] : [Owner], inputs);

    public override string ToString() =>
        $"{Type.Name}.{Name}({string.Join(", ", Arguments.Select(Text))})";

    /// <summary>Returns the extension method for tensors of TorchSharp.</summary>
    public static MethodInfo Extension(MethodInfo method)
    {
        Type[] own = method.IsStatic ? [] : [method.DeclaringType!];
        Type[] parameters = [.. own, .. method.GetParameters().Select(static parameter => Mapped(parameter.ParameterType))];
        IEnumerable<Type> classes = method.IsStatic
            ? typeof(TorchLosses).Assembly.GetExportedTypes().Where(type => type.Name == $"Torch{method.DeclaringType!.Name}")
            : [typeof(TorchLosses), typeof(TorchMetrics)];
        return classes.Select(type => type.GetMethod(method.Name, parameters)).OfType<MethodInfo>().FirstOrDefault()
            ?? throw new MissingMethodException(method.DeclaringType!.Name, method.Name);
    }

    static Type Mapped(Type type) =>
        type == typeof(Tensor) ? typeof(torch.Tensor)
        : type == typeof(IReadOnlyList<Tensor>) ? typeof(IReadOnlyList<torch.Tensor>)
        : type;

    static object Text(object? argument) => argument switch
    {
        Operand => "x",
        Operand[] => "[x]",
        _ => argument ?? "null",
    };

    IEnumerable<MethodInfo> Candidates() =>
        from method in ExtensionSource.Methods("Criterion.Losses").Concat(ExtensionSource.Methods("Criterion.Metrics"))
        where method.Name == Name && (Owner is Type type
            ? method.IsStatic && method.DeclaringType == type
            : method.DeclaringType!.IsInstanceOfType(Owner))
        select method;

    bool IsCalled(MethodInfo method) =>
        method.GetParameters() is { } parameters
        && parameters.Length == Arguments.Length
        && parameters.Zip(Arguments, Accepts).All(static accepts => accepts);

    static bool Accepts(ParameterInfo parameter, object? argument) => argument switch
    {
        null => !parameter.ParameterType.IsValueType || Nullable.GetUnderlyingType(parameter.ParameterType) is not null,
        Operand => parameter.ParameterType == typeof(Tensor),
        Operand[] => parameter.ParameterType == typeof(IReadOnlyList<Tensor>),
        Seed => parameter.ParameterType == typeof(RandomStream),
        _ => argument == Out ? parameter.IsOut : parameter.ParameterType.IsInstanceOfType(argument),
    };

    object? Invoke<TTensor>(MethodInfo method, object? target, object[] before, TTensor[] inputs)
    {
        Queue<TTensor> rest = new(inputs);
        object?[] arguments = [.. before, .. Arguments.Select(argument => argument switch
        {
            Operand => rest.Dequeue(),
            Operand[] list => list.Select(_ => rest.Dequeue()).ToArray(),
            Seed seed => new RandomStream(seed.Value),
            _ => argument == Out ? null : argument,
        })];
        return method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }
}
