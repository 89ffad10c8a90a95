using System.Reflection;
using System.Reflection.Emit;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Criterion.Tests.Repository;

/// <summary>A reference from a type in one folder of src/Criterion to a type in another.</summary>
readonly record struct FolderReference(string From, string To, string Type, string Referred);

/// <summary>
/// The references between the library's types, read from the compiled assembly: base types, signatures, fields, and the instructions and
/// local variables of method bodies. Documentation, constants and <c>nameof</c> leave no trace there.
/// </summary>
static class TypeReferences
{
    const BindingFlags Declared =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    static readonly string Root = RepositoryRoot.File("src", "Criterion");

    static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(static field => (OpCode)field.GetValue(null)!)
        .ToDictionary(static code => code.Value & 0xFFFF, static code => code.OperandType);

    public static IEnumerable<FolderReference> Find(Assembly assembly)
    {
        Dictionary<string, string> folders = Folders();
        return
            from type in assembly.GetTypes()
            let @from = FolderOf(type)
            where @from is not null
            from referred in Of(type).SelectMany(Parts).Distinct()
            where referred.Assembly == assembly
            let to = FolderOf(referred)
            where to is not null && to != @from
            select new FolderReference(@from, to, type.Name, referred.Name);

        string? FolderOf(Type type) => folders.GetValueOrDefault($"{type.Namespace}.{PlainName(Outermost(type))}");
    }

    /// <summary>The folder of every type, found by its declaration.</summary>
    static Dictionary<string, string> Folders()
    {
        var declarations =
            from file in Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
            let tree = CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetCompilationUnitRoot()
            from space in tree.Members.OfType<BaseNamespaceDeclarationSyntax>()
            from member in space.Members
            let name = member is DelegateDeclarationSyntax type ? type.Identifier : ((BaseTypeDeclarationSyntax)member).Identifier
            select (Name: $"{space.Name}.{name.Text}", Folder: Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar)[0]);
        return declarations.Distinct().ToDictionary(static type => type.Name, static type => type.Folder);
    }

    static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    // Without the arity, and without what the compiler puts before the name of a file-local type.
    static string PlainName(Type type) => type.Name.Split('`')[0].Split("__")[^1];

    static IEnumerable<Type> Of(Type type) =>
    [
        .. type.BaseType is { } parent ? [parent] : Type.EmptyTypes,
        .. type.GetInterfaces(),
        .. Constraints(type.GetGenericArguments()),
        .. type.GetFields(Declared).Select(static field => field.FieldType),
        .. type.GetMethods(Declared).SelectMany(
            static method => (Type[])[.. Of(method), method.ReturnType, .. Constraints(method.GetGenericArguments())]),
        .. type.GetConstructors(Declared).SelectMany(Of),
    ];

    static IEnumerable<Type> Of(MethodBase method) =>
    [
        .. method.GetParameters().Select(static parameter => parameter.ParameterType),
        .. method.GetMethodBody() is { } body
            ? body.LocalVariables.Select(static local => local.LocalType).Concat(Instructions(method, body))
            : [],
    ];

    static IEnumerable<Type> Constraints(Type[] arguments) =>
        from argument in arguments
        where argument.IsGenericParameter
        from constraint in argument.GetGenericParameterConstraints()
        select constraint;

    /// <summary>The types that the instructions of a method name, and those that declare the members that they name.</summary>
    static IEnumerable<Type> Instructions(MethodBase method, MethodBody body)
    {
        byte[] code = body.GetILAsByteArray()!;
        Type[]? ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int at = 0; at < code.Length;)
        {
            int value = code[at++];
            OperandType operand = Operands[value == 0xFE ? 0xFE00 | code[at++] : value];
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok)
            {
                MemberInfo member = method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod)!;
                foreach (Type type in member is Type named ? [named] : Of(member))
                {
                    yield return type;
                }
            }

            at += Size(operand, code, at);
        }
    }

    static Type[] Of(MemberInfo member) =>
        [member.DeclaringType!, .. member is MethodInfo { IsGenericMethod: true } method ? method.GetGenericArguments() : []];

    static int Size(OperandType operand, byte[] code, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
        _ => 4,
    };

    /// <summary>The definition of a type and those of its arguments and elements.</summary>
    static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericParameter ? []
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
        : [type];
}
