using System.Linq.Expressions;
using System.Reflection;

namespace Criterion.Tests.Fuzz;

/// <summary>A public method that the fuzzer calls, for one type of receiver.</summary>
sealed class FuzzTarget
{
    readonly Lazy<Func<object?, object?[], object?>> _call;

    FuzzTarget(Type type, MethodInfo method)
    {
        (Type, Method) = (type, method);
        _call = new(Compile);
    }

    /// <summary>The type that is called: concrete, or a base whose methods are the same for all.</summary>
    public Type Type { get; }

    public MethodInfo Method { get; }

    public ParameterInfo[] Parameters => Method.GetParameters();

    public string Name => $"{NameOf(Type)}.{Method.Name}({string.Join(", ", Parameters.Select(static p => p.ParameterType.Name))})"
        + (Method.IsGenericMethod ? $"<{string.Join(", ", Method.GetGenericArguments().Select(static t => t.Name))}>" : "");

    /// <summary>All targets, in the order of their names.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. FuzzScope.Types
            .SelectMany(static type => FuzzScope.MethodsOf(type).Select(method => new FuzzTarget(type, method)))
            .OrderBy(static target => target.Name, StringComparer.Ordinal),
    ];

    public object? Call(object? receiver, object?[] arguments) => _call.Value(receiver, arguments);

    static string NameOf(Type type) => type.IsGenericType ? type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)] : type.Name;

    /// <summary>Reflection can't pass spans; compiled expressions can.</summary>
    Func<object?, object?[], object?> Compile()
    {
        ParameterExpression receiver = Expression.Parameter(typeof(object));
        ParameterExpression arguments = Expression.Parameter(typeof(object?[]));
        List<ParameterExpression> locals = [];
        Expression[] passed = Pass(Parameters, arguments, locals);
        Expression? instance = Method.IsStatic ? null : Expression.Convert(receiver, Method.DeclaringType!);
        Expression call = Boxed(Expression.Call(instance, Method, passed));
        return Expression.Lambda<Func<object?, object?[], object?>>(Expression.Block(locals, call), receiver, arguments).Compile();
    }

    public static Expression[] Pass(ParameterInfo[] parameters, ParameterExpression arguments, List<ParameterExpression> locals) =>
        [.. parameters.Select((parameter, i) => Pass(parameter, Expression.ArrayIndex(arguments, Expression.Constant(i)), locals))];

    static Expression Pass(ParameterInfo parameter, Expression value, List<ParameterExpression> locals)
    {
        Type type = parameter.ParameterType;
        if (type.IsByRef)
        {
            locals.Add(Expression.Variable(type.GetElementType()!));
            return locals[^1];
        }

        return FuzzScope.IsSpan(type)
            ? Expression.Convert(Expression.Convert(value, type.GetGenericArguments()[0].MakeArrayType()), type)
            : Expression.Convert(value, type);
    }

    static Expression Boxed(Expression call)
    {
        if (call.Type == typeof(void))
        {
            return Expression.Block(call, Expression.Constant(null));
        }

        bool isSpan = FuzzScope.IsSpan(call.Type);
        return Expression.Convert(isSpan ? Expression.Call(call, call.Type.GetMethod("ToArray")!) : call, typeof(object));
    }
}
